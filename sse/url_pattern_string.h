// URL pattern strings (WHATWG URL Pattern standard, sections 2 and 3): the tokens they are made of,
// and how one string is cut into a pattern for each component of a URL.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sse {

struct PatternToken {
  enum class Type {
    open,
    close,
    regexp,  // value: what stands between the parentheses
    name,    // value: without the colon
    character,
    escaped,  // value: the character behind the backslash
    other_modifier,
    asterisk,
    invalid,
    end,
  };
  Type type;
  std::size_t index;  // in the string
  std::string_view value;
};

enum class Tokens { strict, lenient };
// None if `pattern` is malformed; leniently, what is malformed becomes an invalid token. The tokens
// are views of `pattern`, the last is the end.
std::optional<std::vector<PatternToken>> tokenize(std::string_view pattern, Tokens policy);

// Empty optional: the string says nothing of that component.
struct PatternStrings {
  std::optional<std::string> protocol;
  std::optional<std::string> username;
  std::optional<std::string> password;
  std::optional<std::string> hostname;
  std::optional<std::string> port;
  std::optional<std::string> pathname;
  std::optional<std::string> search;
  std::optional<std::string> hash;
};

// `special`: whether a pattern for a protocol matches one of those with hosts and paths.
PatternStrings split_pattern(std::string_view pattern,
                             bool (*special)(const std::string& protocol));

}  // namespace sse
