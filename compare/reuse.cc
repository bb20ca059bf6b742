#include "compare/reuse.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace lab {
namespace {

// The argument of a directive ("" if it has none); none if it is not there.
std::optional<std::string> directive(const http::Headers& fields, std::string_view name) {
  const std::string all = fields.joined("cache-control");
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    const std::string_view one = http::trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = std::min(one.find('='), one.size());
    if (!http::equal_ignoring_case(one.substr(0, equals), name)) continue;
    return std::string(one.substr(std::min(equals + 1, one.size())));
  }
  return std::nullopt;
}

}  // namespace

bool may_store(const http::Headers& fields) {
  return !directive(fields, "no-store") && fields.get("vary") != "*";
}

bool may_reuse(const http::Headers& fields) {
  if (!may_store(fields) || directive(fields, "no-cache")) return false;
  if (const auto age = directive(fields, "max-age")) return std::atoll(age->c_str()) > 0;
  return fields.has("expires") || fields.has("last-modified");
}

bool same_version(const Stored& a, const Stored& b) {
  if (!a.etag.empty() || !b.etag.empty()) return a.etag == b.etag;
  return !a.last_modified.empty() && a.last_modified == b.last_modified;
}

bool is_code(std::string_view content_type) {
  const Kind kind = kind_of_type(content_type);
  return kind == Kind::style || kind == Kind::script;
}

Kind kind_of_type(std::string_view content_type) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 8> kinds{{
      {"text/css", Kind::style},
      {"text/javascript", Kind::script},
      {"application/javascript", Kind::script},
      {"font/", Kind::font},
      {"image/", Kind::image},
      {"video/", Kind::media},
      {"audio/", Kind::media},
      {"application/json", Kind::fetch},
  }};
  const std::string type = http::to_lower(http::trim(content_type));
  for (const auto& [prefix, kind] : kinds) {
    if (type.starts_with(prefix)) return kind;
  }
  return Kind::other;
}

}  // namespace lab
