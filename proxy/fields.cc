#include "proxy/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace proxy {
namespace {

constexpr std::string_view pseudonym = "herald";

// Of one connection only (RFC 9110 section 7.6.1).
constexpr auto hop_by_hop = std::to_array<std::string_view>(
    {"connection", "http2-settings", "keep-alive", "proxy-authenticate",
     "proxy-authentication-info", "proxy-authorization", "proxy-connection", "te",
     "transfer-encoding", "upgrade"});
// What has to be known before the content (RFC 9110 section 6.5.1), besides `content-*`, `if-*` and
// `x-forwarded-*`.
constexpr auto before_content = std::to_array<std::string_view>(
    {"age",        "authorization", "cache-control", "cookie", "date",
     "expect",     "expires",       "forwarded",     "host",   "last-modified",
     "location",   "max-forwards",  "pragma",        "range",  "retry-after",
     "set-cookie", "trailer",       "vary",          "via",    "www-authenticate"});
constexpr auto ours_in_request =
    std::to_array<std::string_view>({"content-length", "cookie", "expect", "host", "via"});
constexpr auto forwarding_fields =
    std::to_array<std::string_view>({"forwarded", "x-forwarded-for", "x-forwarded-host",
                                     "x-forwarded-port", "x-forwarded-proto", "x-real-ip"});
constexpr auto ours_in_response =
    std::to_array<std::string_view>({"content-length", "date", "via"});

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Of a client. To an app behind CGI, `x_real_ip` would be `x-real-ip`.
bool kept_from_app(std::string_view name) {
  return among(hop_by_hop, name) || among(ours_in_request, name) ||
         among(forwarding_fields, name) || name.find('_') != std::string_view::npos;
}

// Visible characters, spaces and tabs, and bytes beyond ASCII (RFC 9110 section 5.5).
bool is_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
  });
}

// `text`, quoted if it is no token (RFC 7239 section 4).
std::string parameter(std::string_view text) {
  if (is_token(text)) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string forwarded_element(const http::Request& request) {
  std::string element;
  if (request.peer != nullptr) {
    const std::string& address = request.peer->address;
    const bool ipv6 = address.find(':') != std::string::npos;
    element = "for=" + parameter(ipv6 ? "[" + address + "]" : address) + ";";
  }
  if (!request.authority.empty()) element += "host=" + parameter(request.authority) + ";";
  return element + "proto=" + request.scheme;
}

void add_to_list(http::Headers& fields, const http::Headers& received, std::string_view name,
                 std::string_view element) {
  std::string value = received.joined(name);
  if (!value.empty()) value += ", ";
  fields.add(name, value.append(element));
}

void add_forwarding(http::Headers& fields, const http::Request& request, Forwarding forwarding) {
  static const http::Headers nothing;
  const bool believed = forwarding == Forwarding::append;
  const http::Headers& received = believed ? request.fields : nothing;
  add_to_list(fields, received, "forwarded", forwarded_element(request));
  if (request.peer != nullptr) {
    add_to_list(fields, received, "x-forwarded-for", request.peer->address);
  }
  const auto told = [&](std::string_view name, std::string_view value) {
    fields.add(name, received.get(name).value_or(value));
  };
  told("x-forwarded-proto", request.scheme);
  told("x-forwarded-host", request.authority);
  for (const auto* name : {"x-forwarded-port", "x-real-ip"}) {
    if (const auto said = received.get(name)) fields.add(name, *said);
  }
}

// How the request came here (RFC 9110 section 7.6.3).
std::string via_element(const http::Request& request) {
  switch (request.version) {
    case http::Version::http_1_0:
      return std::string("1.0 ").append(pseudonym);
    case http::Version::http_1_1:
      return std::string("1.1 ").append(pseudonym);
    case http::Version::http_2:
      break;
  }
  return std::string("2.0 ").append(pseudonym);
}

// HTTP/2 may take a cookie field apart; HTTP/1.1 wants it whole (RFC 9113 section 8.2.3).
void add_cookies(http::Headers& fields, const http::Headers& received) {
  std::string all;
  for (const http::Field field : received) {
    if (field.name != "cookie") continue;
    if (!all.empty()) all += "; ";
    all += field.value;
  }
  if (!all.empty()) fields.add("cookie", all);
}

std::vector<std::string> named_by_connection(const http::Headers& fields) {
  std::vector<std::string> names;
  const std::string list = fields.joined("connection");
  for (std::string_view rest = list; !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    names.push_back(http::to_lower(http::trim(rest.substr(0, comma))));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return names;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_target(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > ' ' && byte != 0x7F && byte != '#';
  });
}

http::Headers request_fields(const http::Request& request, Forwarding forwarding) {
  http::Headers fields;
  for (const http::Field field : request.fields) {
    if (kept_from_app(field.name)) continue;
    fields.add(field.name, field.value);
  }
  if (const auto left = forwards_left(request); left && *left > 0) {
    fields.set("max-forwards", std::to_string(*left - 1));
  }
  // Its only member that HTTP/2 has; for the connection to the app it is said anew.
  if (request.fields.has("te")) {
    fields.add("te", "trailers");
    fields.add("connection", "te");
  }
  add_cookies(fields, request.fields);
  add_forwarding(fields, request, forwarding);
  add_to_list(fields, request.fields, "via", via_element(request));
  return fields;
}

std::optional<std::uint64_t> forwards_left(const http::Request& request) {
  const auto text = request.fields.get("max-forwards");
  if (!text || request.method != "OPTIONS") return std::nullopt;
  std::uint64_t left = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), left);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return left;
}

std::string_view host_field(std::string_view authority, const Address& to, Host host) {
  return host == Host::of_client && !authority.empty() ? authority : to.authority;
}

http::Headers response_fields(const http::Headers& received) {
  const std::vector<std::string> named = named_by_connection(received);
  http::Headers fields;
  for (const http::Field field : received) {
    const bool stays = among(hop_by_hop, field.name) || among(ours_in_response, field.name) ||
                       std::ranges::find(named, field.name) != named.end();
    if (stays || !is_token(field.name) || !is_value(field.value)) continue;
    fields.add(field.name, field.value);
  }
  return fields;
}

http::Headers request_trailers(const http::Headers& received) {
  http::Headers fields;
  for (const http::Field field : response_trailers(received)) {
    if (!kept_from_app(field.name)) fields.add(field.name, field.value);
  }
  return fields;
}

http::Headers response_trailers(const http::Headers& received) {
  http::Headers fields;
  for (const http::Field field : received) {
    const std::string_view name = field.name;
    const bool stays = among(hop_by_hop, name) || among(before_content, name) ||
                       name.starts_with("content-") || name.starts_with("if-") ||
                       name.starts_with("x-forwarded-");
    if (stays || !is_token(name) || !is_value(field.value)) continue;
    fields.add(name, field.value);
  }
  return fields;
}

std::size_t times_seen(const http::Headers& request) {
  const std::string via = request.joined("via");
  std::size_t times = 0;
  for (auto at = via.find(pseudonym); at != std::string::npos; at = via.find(pseudonym, at + 1)) {
    ++times;
  }
  return times;
}

http::Priority priority_of(std::string_view content_type) {
  struct Urgency {
    std::string_view type;  // as it begins
    std::uint8_t urgency;
  };
  static constexpr auto urgencies = std::to_array<Urgency>({{"text/html", 0},
                                                            {"text/css", 1},
                                                            {"text/javascript", 2},
                                                            {"application/javascript", 2},
                                                            {"font/", 2},
                                                            {"image/", 4},
                                                            {"video/", 6},
                                                            {"audio/", 6},
                                                            {"application/zip", 6},
                                                            {"application/octet-stream", 6}});
  const std::string type = http::to_lower(content_type.substr(0, 32));
  for (const Urgency& known : urgencies) {
    if (type.starts_with(known.type)) return {known.urgency, false};
  }
  return {};
}

}  // namespace proxy
