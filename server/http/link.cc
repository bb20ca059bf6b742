#include "server/http/link.h"

#include <algorithm>

#include "server/http/headers.h"

namespace http {
namespace {

// Up to `stop` outside of "" and <>; all if it is not there.
std::string_view until(std::string_view text, char stop) {
  bool quoted = false;
  bool bracketed = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"' && !bracketed) {
      quoted = !quoted;
    } else if (!quoted && (c == '<' || c == '>')) {
      bracketed = c == '<';
    } else if (c == stop && !quoted && !bracketed) {
      return text.substr(0, i);
    }
  }
  return text;
}

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

}  // namespace

std::optional<std::string_view> Link::get(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &Parameter::name);
  if (found == parameters.end()) return std::nullopt;
  return found->value;
}

bool Link::has_relation(std::string_view relation) const {
  std::string_view words = get("rel").value_or("");
  while (!words.empty()) {
    const auto end = std::min(words.find_first_of(" \t"), words.size());
    if (equal_ignoring_case(words.substr(0, end), relation)) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::vector<std::string_view> split_links(std::string_view field) {
  std::vector<std::string_view> links;
  while (!field.empty()) {
    const std::string_view link = until(field, ',');
    field.remove_prefix(std::min(link.size() + 1, field.size()));
    if (!trim(link).empty()) links.push_back(trim(link));
  }
  return links;
}

std::optional<Link> parse_link(std::string_view text) {
  text = trim(text);
  const auto close = text.find('>');
  if (!text.starts_with('<') || close == std::string_view::npos) return std::nullopt;
  Link link;
  link.target = trim(text.substr(1, close - 1));
  text.remove_prefix(close + 1);
  while (!text.empty()) {
    const std::string_view piece = until(text, ';');
    text.remove_prefix(std::min(piece.size() + 1, text.size()));
    const auto equals = piece.find('=');
    const std::string_view name = trim(piece.substr(0, equals));
    if (name.empty()) continue;
    const std::string_view value =
        equals == std::string_view::npos ? "" : trim(piece.substr(equals + 1));
    link.parameters.push_back({to_lower(name), unquoted(value)});
  }
  return link;
}

}  // namespace http
