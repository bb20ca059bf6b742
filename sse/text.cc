#include "sse/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace sse {
namespace {

// Takes the first character off `text`. None if it is malformed, overlong, or a surrogate.
std::optional<std::uint32_t> take_point(std::string_view& text) {
  const auto first = static_cast<std::uint8_t>(text[0]);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || length > text.size()) return std::nullopt;
  std::uint32_t point = length == 1 ? first : first & (0x7FU >> length);
  for (std::size_t k = 1; k < length; ++k) {
    const auto next = static_cast<std::uint8_t>(text[k]);
    if ((next & 0xC0) != 0x80) return std::nullopt;
    point = point << 6 | (next & 0x3FU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (overlong || surrogate || point > 0x10FFFF) return std::nullopt;
  text.remove_prefix(length);
  return point;
}

bool is_control(std::uint32_t point) { return point < 0x20 || (point >= 0x7F && point < 0xA0); }

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
// Unicode 15.1, category Cf.
constexpr std::array<Range, 21> format_characters{
    {{0xAD, 0xAD},       {0x600, 0x605},     {0x61C, 0x61C},     {0x6DD, 0x6DD},
     {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},     {0x180E, 0x180E},
     {0x200B, 0x200F},   {0x202A, 0x202E},   {0x2060, 0x2064},   {0x2066, 0x206F},
     {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
     {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0001, 0xE0001},
     {0xE0020, 0xE007F}}};

bool is_format(std::uint32_t point) {
  return std::any_of(format_characters.begin(), format_characters.end(), [&](const Range& range) {
    return point >= range.first && point <= range.last;
  });
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!take_point(text)) return false;
  }
  return true;
}

bool printable(std::string_view text) {
  while (!text.empty()) {
    const auto point = take_point(text);
    if (!point || is_control(*point)) return false;
  }
  return true;
}

bool has_format_character(std::string_view text) {
  while (!text.empty()) {
    const auto point = take_point(text);
    if (!point) return false;
    if (is_format(*point)) return true;
  }
  return false;
}

}  // namespace sse
