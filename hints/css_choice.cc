#include "hints/css_choice.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

#include "server/http/headers.h"

namespace hints {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(http::trim(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

int weight_number(std::string_view word) {
  if (word.empty() || word == "normal") return 400;
  if (word == "bold") return 700;
  int number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

std::uint32_t hex_number(std::string text, char wildcard) {
  std::ranges::replace(text, '?', wildcard);
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return number;
}

}  // namespace

bool used(const Stylesheet::Font& font, const Stylesheet::Uses& uses) {
  if (!uses.families.contains(font.family)) return false;
  const bool slanted = font.style.starts_with("italic") || font.style.starts_with("oblique");
  if (slanted && uses.styles.empty()) return false;
  const auto words = split(font.weight, ' ');
  const int low = weight_number(words.front());
  const int high = weight_number(words.back());
  if (low <= 400 && 400 <= high) return true;
  return std::ranges::any_of(uses.weights, [&](const std::string& weight) {
    const int number = weight_number(weight);
    return low <= number && number <= high;
  });
}

bool covers_latin(const Stylesheet::Font& font) {
  if (font.unicode_range.empty()) return true;
  constexpr std::uint32_t letter = 'e';
  for (std::string_view range : split(font.unicode_range, ',')) {
    if (!range.starts_with("u+")) continue;
    range.remove_prefix(2);
    const auto ends = split(range, '-');
    const std::uint32_t first = hex_number(std::string(ends.front()), '0');
    const std::uint32_t last = hex_number(std::string(ends.back()), 'f');
    if (first <= letter && letter <= last) return true;
  }
  return false;
}

Media media_of(std::string_view query_list) {
  for (const std::string_view query : split(query_list, ',')) {
    static constexpr std::array<std::string_view, 5> every{"", "all", "screen", "only screen",
                                                           "only all"};
    if (std::ranges::find(every, http::to_lower(query)) != every.end()) return Media::every_screen;
  }
  return Media::some;
}

}  // namespace hints
