// PatternComponent: the pattern of one component of a URL, such as its path (WHATWG URL Pattern
// standard, section 2): compiled to RE2, to one text, or to nothing where it matches all.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace sse {

// What differs from component to component.
struct PatternStyle {
  std::string_view delimiter;                       // ":name" stops there; empty: nowhere
  std::string_view prefix;                          // before ":name" it belongs to the group
  std::string (*canonical)(std::string_view text);  // of text that stands for itself
};

class PatternComponent {
 public:
  // None if the pattern is malformed, names a group twice, or is too large.
  static std::optional<PatternComponent> compile(std::string_view pattern,
                                                 const PatternStyle& style);

  bool matches(std::string_view value) const;

 private:
  PatternComponent() = default;
  bool all_ = false;
  std::string text_;  // all of it; if there is an expression, only how it begins
  std::shared_ptr<const re2::RE2> expression_;
};

}  // namespace sse
