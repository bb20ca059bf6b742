#include "static/request_path.h"

#include <optional>

#include "server/http/query.h"

namespace assets {
namespace {

bool has_control(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return true;
  }
  return false;
}

}  // namespace

std::variant<std::string, PathFault> file_path(std::string_view path) {
  if (!path.starts_with('/')) return PathFault::malformed;
  if (path.size() > longest_path) return PathFault::too_long;

  std::string relative;
  relative.reserve(path.size());
  std::optional<PathFault> fault;  // the mildest wins only if nothing is malformed
  while (!path.empty()) {
    path.remove_prefix(1);  // the '/'
    const auto slash = path.find('/');
    const bool last = slash == std::string_view::npos;
    const auto segment = http::percent_decode(path.substr(0, slash));
    path.remove_prefix(last ? path.size() : slash);
    if (!segment || *segment == ".." || has_control(*segment)) return PathFault::malformed;
    if (segment->find_first_of("/\\") != std::string::npos) {
      // Whoever splits at these would see the dots too: "..%2f", "..\".
      if (segment->find("..") != std::string::npos) return PathFault::malformed;
      fault = PathFault::unmappable;
    }
    const bool well_known = relative.empty() && *segment == ".well-known";
    if (segment->starts_with('.') && !well_known && !fault) fault = PathFault::hidden;
    if (segment->empty()) continue;
    relative += *segment;
    if (!last) relative += '/';
  }
  const bool rules = relative == "_headers" || relative == "_redirects";
  if (rules && !fault) fault = PathFault::hidden;
  if (fault) return *fault;
  return relative;
}

}  // namespace assets
