#include "words.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

void Words::read(std::istream &from) {
    std::string word;
    auto add = [&] {
        if (word.empty()) return;
        ++counts_[word];
        ++total_;
        word.clear();
    };
    for (std::istreambuf_iterator<char> at(from), end; at != end; ++at) {
        const auto c = static_cast<unsigned char>(*at);
        if (std::isalpha(c)) word += static_cast<char>(std::tolower(c));
        else add();
    }
    add();
}

std::vector<Words::Entry> Words::sorted() const {
    std::vector<Entry> entries(counts_.begin(), counts_.end());
    std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    return entries;
}
