#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

/// How often each word of a text occurs.
class Words {
public:
    using Entry = std::pair<std::string, std::size_t>;

    /// Adds every word of a stream.
    void read(std::istream &from);

    /// The words, most frequent first.
    std::vector<Entry> sorted() const;

    std::size_t total() const { return total_; }
    std::size_t different() const { return counts_.size(); }

private:
    std::unordered_map<std::string, std::size_t> counts_;
    std::size_t total_ = 0;
};
