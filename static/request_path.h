// The path of a request as the path of a file under ROOT, decoded once. Pure: never looks at the
// disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace assets {

enum class PathFault : std::uint8_t {
  malformed,   // no leading '/', stray '%', control character, or a ".." segment
  unmappable,  // well formed, but no file can have it: %2f or a backslash
  hidden,      // a segment begins with '.', but for a leading .well-known; or a file of rules
  too_long,
};

// Longer than any path that the kernel takes (PATH_MAX).
inline constexpr std::size_t longest_path = 4096;

// `path` is percent-encoded and without its query. The result has no leading '/' and no empty
// segments, but keeps a trailing '/'; it is empty for ROOT itself.
std::variant<std::string, PathFault> file_path(std::string_view path);

}  // namespace assets
