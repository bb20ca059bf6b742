#include "server/h1/framing.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace h1 {
namespace {

constexpr std::string_view digits = "0123456789";

std::size_t count(const http::Headers& fields, std::string_view name) {
  std::size_t found = 0;
  for (const http::Field field : fields) found += field.name == name ? 1 : 0;
  return found;
}

// RFC 9112 sections 6.1 and 6.3.
Objection content_framing(const http::Request& request) {
  const http::Headers& fields = request.fields;
  const auto coding = fields.get("transfer-encoding");
  const auto length = fields.get("content-length");
  if (coding && length) {
    return {400, "A request cannot have both transfer-encoding and content-length."};
  }
  if (coding) {
    if (request.version == http::Version::http_1_0) {
      return {400, "HTTP/1.0 has no transfer-encoding."};
    }
    if (count(fields, "transfer-encoding") > 1 || !http::equal_ignoring_case(*coding, "chunked")) {
      return {501, "The only transfer-encoding that is taken here is chunked."};
    }
  }
  if (!length) return {};
  if (count(fields, "content-length") > 1 || length->empty() || length->size() > 18 ||
      length->find_first_not_of(digits) != std::string_view::npos) {
    return {400, "The content-length must be one number."};
  }
  return {};
}

// What RFC 3986 section 3.2 lets an authority hold; user information is refused with the rest.
bool is_authority(std::string_view text) {
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:[]%@";
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

// http://host/path?query: the authority of the target goes before `host`.
bool split_absolute_form(http::Request& request) {
  const std::string_view target = request.target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!http::equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
    request.authority = rest.substr(0, path);
    std::string remaining(rest.substr(path));
    if (!remaining.starts_with('/')) remaining.insert(0, 1, '/');
    request.target = std::move(remaining);
    return true;
  }
  return false;
}

Objection settle_authority(http::Request& request) {
  const std::size_t hosts = count(request.fields, "host");
  if (hosts > 1) return {400, "A request has one host field."};
  if (hosts == 0 && request.version == http::Version::http_1_1) {
    return {400, "A request of HTTP/1.1 needs a host field."};
  }
  const bool absolute = split_absolute_form(request);
  if (!absolute) request.authority = std::string(request.fields.get("host").value_or(""));
  // Neither scheme has a URL without a host (RFC 9110 section 4.2).
  if (request.authority.empty() && (absolute || hosts == 1)) {
    return {400, "The host of this request is empty."};
  }
  if (!is_authority(request.authority)) {
    return {400, "The host field must be a name or address, and perhaps a port."};
  }
  return {};
}

// The first member of a list field, which goes from `field` with its comma.
std::string_view take_member(std::string_view& field) {
  const std::size_t comma = std::min(field.find(','), field.size());
  const std::string_view member = http::trim(field.substr(0, comma));
  field.remove_prefix(std::min(comma + 1, field.size()));
  return member;
}

// Fields that `connection` names, which may be thousands: each is looked up among those there are.
std::vector<std::string> nominated(const http::Headers& fields) {
  std::vector<std::string> found;
  const std::string list = http::to_lower(fields.joined("connection"));
  if (list.empty()) return found;
  constexpr auto before = [](std::string_view a, std::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  };
  std::vector<std::string_view> names;
  for (const http::Field field : fields) names.push_back(field.name);
  std::ranges::sort(names, before);
  std::vector<bool> named(names.size());
  for (std::string_view left = list; !left.empty();) {
    const std::string_view member = take_member(left);
    const auto at = std::ranges::lower_bound(names, member, before);
    if (at != names.end() && *at == member)
      named[static_cast<std::size_t>(at - names.begin())] = true;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (named[i] && names[i] != "content-length") found.emplace_back(names[i]);
  }
  return found;
}

void drop_connection_fields(http::Headers& fields) {
  const bool takes_trailers = lists(fields.joined("te"), "trailers");
  const std::vector<std::string> named = nominated(fields);
  for (const std::string_view known : {"connection", "keep-alive", "proxy-connection", "te",
                                       "transfer-encoding", "upgrade", "expect", "host"}) {
    if (fields.has(known)) fields.remove(known);
  }
  for (const std::string& name : named) fields.remove(name);
  if (takes_trailers) fields.add("te", "trailers");
}

}  // namespace

bool lists(std::string_view field, std::string_view member) {
  while (!field.empty()) {
    if (http::equal_ignoring_case(take_member(field), member)) return true;
  }
  return false;
}

Objection settle_framing(http::Request& request) {
  if (const Objection objection = content_framing(request)) return objection;
  if (const Objection objection = settle_authority(request)) return objection;
  drop_connection_fields(request.fields);
  return {};
}

}  // namespace h1
