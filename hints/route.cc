#include "hints/route.h"

#include <algorithm>

namespace hints {
namespace {

constexpr std::size_t longest_route = 256;
constexpr std::size_t long_word = 16;
constexpr std::size_t longest_word = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hexadecimal(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';
}

bool identifies(std::string_view segment) {
  if (segment.size() > longest_word) return true;
  const auto digits = std::ranges::count_if(segment, is_digit);
  if (digits == 0) return false;
  if (static_cast<std::size_t>(digits) == segment.size()) return true;
  if (segment.size() >= 8 && std::ranges::all_of(segment, is_hexadecimal)) return true;
  return segment.size() >= long_word && digits >= 3;
}

}  // namespace

std::string route_of(std::string_view path) {
  std::string route;
  while (!path.empty() && route.size() < longest_route) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    route += identifies(segment) ? "*" : segment;
    if (end < path.size()) route += '/';
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return route;
}

}  // namespace hints
