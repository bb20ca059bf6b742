#include "static/cache_policy.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <utility>

#include "server/net/error.h"

namespace assets {
namespace {

constexpr std::size_t shortest_hash = 8;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == '-' || c == '_'; }

// "Beta1", "myComponent", "v2": humps that each start with at most one capital, then digits.
bool word_like(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && !is_digit(text[i])) {
    if (is_upper(text[i])) ++i;
    const std::size_t start = i;
    while (i < text.size() && is_lower(text[i])) ++i;
    if (i == start) return false;
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_digit);
}

// How often letters and digits take turns.
std::size_t alternations(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (is_digit(text[i]) != is_digit(text[i - 1])) ++count;
  }
  return count;
}

// Letters and digits only.
bool random_token(std::string_view token) {
  if (token.size() < shortest_hash) return false;
  const bool upper = std::ranges::any_of(token, is_upper);
  const bool lower = std::ranges::any_of(token, is_lower);
  const bool mixed = upper && lower;
  const bool hex = std::ranges::all_of(token, [](char c) { return is_digit(c) || c <= 'f'; });
  if (mixed) return alternations(token) >= (token.size() == shortest_hash ? 2 : 3);
  return alternations(token) >= (upper || hex ? 2 : 4);
}

// Eight characters of base64url with '-' or '_' among them.
bool random_eight(std::string_view token) {
  const bool every_kind = std::ranges::any_of(token, is_upper) &&
                          std::ranges::any_of(token, is_lower) &&
                          std::ranges::any_of(token, is_digit);
  if (!every_kind) return false;
  while (!token.empty()) {
    const auto end = token.find_first_of("-_");
    if (!word_like(token.substr(0, end))) return true;
    token.remove_prefix(end == std::string_view::npos ? token.size() : end + 1);
  }
  return false;
}

// Eight letters, mixed as no plain word is.
bool eight_letters(std::string_view token) {
  return token.size() == shortest_hash && std::ranges::none_of(token, is_digit) &&
         std::ranges::any_of(token, is_lower) && std::ranges::any_of(token.substr(1), is_upper);
}

bool is_base64url(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return is_upper(c) || is_lower(c) || is_digit(c) || is_separator(c); });
}

bool built_folder(std::string_view path) {
  static constexpr auto names =
      std::to_array<std::string_view>({"/assets/", "/chunks/", "/_next/", "/_app/", "/_astro/"});
  return std::ranges::any_of(
      names, [&](std::string_view name) { return path.find(name) != std::string_view::npos; });
}

// One piece of a name, between dots.
bool holds_hash(std::string_view piece, std::string_view path) {
  if (!is_base64url(piece)) return false;
  const auto separator = piece.find_last_of("-_");
  const std::string_view token = piece.substr(separator + 1);  // npos + 1 == 0: the whole
  if (random_token(token)) return true;
  if (separator == std::string_view::npos) return false;
  if (piece[separator] == '-' && eight_letters(token)) return built_folder(path);
  if (piece.size() <= shortest_hash) return false;
  const auto start = piece.size() - shortest_hash;
  return separator >= start && is_separator(piece[start - 1]) && random_eight(piece.substr(start));
}

bool sendable(std::string_view value) {
  return std::ranges::none_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

}  // namespace

bool hashed_name(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  const auto last_dot = name.rfind('.');
  if (last_dot == std::string_view::npos) return false;
  name = name.substr(0, last_dot);
  while (!name.empty()) {
    const auto dot = name.find('.');
    if (holds_hash(name.substr(0, dot), path)) return true;
    name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
  }
  return false;
}

CachePolicy::CachePolicy(std::vector<CacheRule> rules) : rules_(std::move(rules)) {
  for (const CacheRule& rule : rules_) {
    if (!rule.glob.empty() && sendable(rule.value)) continue;
    throw net::Error("the cache rule for \"" + rule.glob +
                     "\" needs a pattern and a value without control characters");
  }
}

std::string CachePolicy::of(const std::string& path, std::string_view media_type) const {
  const std::string name = path.substr(path.rfind('/') + 1);
  for (const CacheRule& rule : rules_) {
    const bool whole = rule.glob.find('/') != std::string::npos;
    if (fnmatch(rule.glob.c_str(), whole ? path.c_str() : name.c_str(), 0) == 0) return rule.value;
  }
  const bool page =
      media_type.starts_with("text/html") || media_type.starts_with("application/xhtml+xml");
  if (page) return "no-cache";
  if (hashed_name(path)) return "public, max-age=31536000, immutable";
  return "public, max-age=60";
}

}  // namespace assets
