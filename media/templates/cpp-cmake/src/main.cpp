#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "words.hpp"

namespace {

int usage() {
    std::cerr << "usage: {{name}} [-n COUNT] [FILE]...\n"
                 "Prints the most frequent words of the files, or of what is typed.\n";
    return 2;
}

} // namespace

int main(int argc, char **argv) {
    std::vector<std::string> files(argv + 1, argv + argc);
    std::size_t wanted = 10;
    if (!files.empty() && files.front() == "-n") {
        if (files.size() < 2) return usage();
        wanted = std::strtoul(files[1].c_str(), nullptr, 10);
        if (wanted == 0) return usage();
        files.erase(files.begin(), files.begin() + 2);
    }

    Words words;
    if (files.empty()) words.read(std::cin);
    for (const auto &path : files) {
        std::ifstream file(path);
        if (!file) {
            std::cerr << "{{name}}: can't read " << path << '\n';
            return 1;
        }
        words.read(file);
    }

    std::size_t shown = 0;
    for (const auto &[word, count] : words.sorted()) {
        if (shown++ == wanted) break;
        std::cout << std::setw(6) << count << "  " << word << '\n';
    }
    std::cout << std::setw(6) << words.total() << "  words, " << words.different() << " different\n";
}
