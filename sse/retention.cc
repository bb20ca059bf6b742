#include "sse/retention.h"

#include <utility>

namespace sse {

// Linear but for going back to the last star, whose run then grows by one.
bool matches(std::string_view pattern, std::string_view topic) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t run = 0;  // where in `topic` what the last star stands for ends
  while (t < topic.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      run = t;
    } else if (p < pattern.size() && pattern[p] == topic[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++run;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

TopicClasses::TopicClasses(TopicClass rest, std::vector<TopicClass> classes)
    : classes_(std::move(classes)) {
  rest.pattern = "*";
  classes_.push_back(std::move(rest));
}

std::size_t TopicClasses::index_of(std::string_view topic) const {
  std::size_t index = 0;
  while (index + 1 < classes_.size() && !matches(classes_[index].pattern, topic)) ++index;
  return index;
}

}  // namespace sse
