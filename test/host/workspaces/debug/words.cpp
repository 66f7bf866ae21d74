#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Word {
  std::string text;
  int count = 0;
};

static int total(const std::vector<Word> &words) {
  int sum = 0;
  for (const Word &word : words)
    sum += word.count;
  return sum;
}

int main() {
  std::vector<Word> words{{"one", 1}, {"two", 2}};
  std::map<std::string, int> ages{{"ann", 31}, {"bob", 42}};
  auto owned = std::make_unique<Word>(Word{"owned", 7});
  int sum = total(words);
  std::printf("%d %zu\n", sum, ages.size());
  return sum / (owned->count - 7 + static_cast<int>(ages.size()) - 2);
}
