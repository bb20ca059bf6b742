#include "server/h2/request_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace h2 {
namespace {

// Which bytes may be where: one bit for each place.
enum Place : std::uint8_t {
  in_name = 1,
  in_token = 2,
  in_value = 4,
  in_path = 8,
  in_authority = 16
};

constexpr std::array<std::uint8_t, 256> make_places() {
  std::array<std::uint8_t, 256> places{};
  const auto allow = [&places](std::string_view bytes, int where) {
    for (const char c : bytes) places[static_cast<std::uint8_t>(c)] |= std::uint8_t(where);
  };
  constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view digits = "0123456789";
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";  // RFC 9110 section 5.6.2
  for (const std::string_view some : {lower, digits, marks}) allow(some, in_name | in_token);
  allow(upper, in_token);
  // RFC 3986 section 3.2, without user information (RFC 9113 section 8.3.1).
  for (const std::string_view some :
       {lower, upper, digits, std::string_view("-._~!$&'()*+,;=:[]%")}) {
    allow(some, in_authority);
  }
  for (std::size_t byte = 0x20; byte < 256; ++byte) {
    if (byte == 0x7f) continue;
    places[byte] |= in_value;
    if (byte != ' ') places[byte] |= in_path;
  }
  places['\t'] |= in_value;
  return places;
}

constexpr auto places = make_places();

bool all(std::string_view text, Place place) {
  std::uint8_t common = place;
  for (const char c : text) common &= places[static_cast<std::uint8_t>(c)];
  return common != 0;
}

// Without the port that the scheme has anyway.
std::string_view without_default_port(std::string_view authority, std::string_view scheme) {
  const std::string_view port = scheme == "https" ? ":443" : scheme == "http" ? ":80" : "";
  if (!port.empty() && authority.ends_with(port)) authority.remove_suffix(port.size());
  return authority;
}

// Whether both name the same entity (RFC 9113 section 8.3.1).
bool same_authority(std::string_view a, std::string_view b, std::string_view scheme) {
  return a == b || http::equal_ignoring_case(without_default_port(a, scheme),
                                             without_default_port(b, scheme));
}

bool blank(char c) { return c == ' ' || c == '\t'; }

// Section 8.2.1.
bool valid_name(std::string_view name) { return !name.empty() && all(name, in_name); }
bool valid_value(std::string_view value) {
  if (value.empty()) return true;
  return !blank(value.front()) && !blank(value.back()) && all(value, in_value);
}

// Section 8.2.2.
bool of_a_connection(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 2:
      return name == "te" && value != "trailers";
    case 7:
      return name == "upgrade";
    case 10:
      return name == "connection" || name == "keep-alive";
    case 16:
      return name == "proxy-connection";
    case 17:
      return name == "transfer-encoding";
    default:
      return false;
  }
}

}  // namespace

void RequestFields::field(std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size() + 32;
  if (malformed_) return;
  if (bytes_ > limits_.header_bytes || request_.fields.size() >= limits_.header_fields) {
    too_large_ = true;
    return;
  }
  const bool fine = name.starts_with(':') ? pseudo_field(name, value) : regular_field(name, value);
  if (!fine) malformed_ = true;
}

// Section 8.3.1.
bool RequestFields::pseudo_field(std::string_view name, std::string_view value) {
  if (any_regular_) return false;
  const auto take = [&](Pseudo which, std::string& to, Place allowed) {
    if ((seen_ & which) != 0 || value.empty() || !all(value, allowed)) return false;
    seen_ |= which;
    to = value;
    return true;
  };
  if (name == ":path") return take(path, request_.target, in_path);
  if (name == ":method") return take(method, request_.method, in_token);
  if (name == ":authority") return take(authority, request_.authority, in_authority);
  if (name == ":scheme") return take(scheme, request_.scheme, in_token);
  return false;
}

bool RequestFields::regular_field(std::string_view name, std::string_view value) {
  any_regular_ = true;
  if (!valid_name(name) || !valid_value(value) || of_a_connection(name, value)) return false;
  if (name == "host") {
    if (value.empty() || !all(value, in_authority)) return false;
    host_ = true;
    if (request_.authority.empty()) request_.authority = value;
    if (!same_authority(value, request_.authority, request_.scheme)) return false;
  } else if (name == "content-length") {
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (content_length_ || error != std::errc() || end != value.data() + value.size()) return false;
    content_length_ = length;
  }
  request_.fields.add(name, value);
  return true;
}

bool RequestFields::complete() const {
  if (too_large_) return true;  // answered without being looked at
  if (request_.method == "CONNECT") return seen_ == (method | authority);  // section 8.5
  constexpr unsigned wanted = method | scheme | path;
  if ((seen_ & wanted) != wanted || (!host_ && (seen_ & authority) == 0)) return false;
  if (request_.target.front() == '/') return true;
  return request_.target == "*" && request_.method == "OPTIONS";
}

void TrailerFields::field(std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size() + 32;
  if (bytes_ > limits_.header_bytes || trailers_.size() >= limits_.header_fields) {
    too_large_ = true;
  } else if (!valid_name(name) || !valid_value(value) || of_a_connection(name, value)) {
    malformed_ = true;
  } else {
    trailers_.add(name, value);
  }
}

}  // namespace h2
