#include "hints/visit_cookie.h"

#include <algorithm>
#include <optional>

#include "hints/golomb.h"

namespace hints {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";  // RFC 4648 section 5
constexpr std::size_t longest = 1024;

std::string base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    pending = pending << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += alphabet[pending >> (bits - 6) & 63U];
  }
  if (bits > 0) text += alphabet[pending << (6 - bits) & 63U];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    pending = pending << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(pending >> bits & 255U);
  }
  return bytes;
}

// FNV-1a, folded: spreads evenly, which std::hash does not promise.
std::uint16_t digest(const Item& item) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto take = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  };
  take(item.target);
  take("\n");
  take(item.version);
  return static_cast<std::uint16_t>(hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48);
}

// The value of the first cookie of our name (RFC 6265 section 4.2).
std::string_view value_in(std::string_view cookies) {
  while (!cookies.empty()) {
    const auto end = std::min(cookies.find(';'), cookies.size());
    const std::string_view cookie = http::trim(cookies.substr(0, end));
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    if (!cookie.starts_with(VisitCookie::name)) continue;
    const std::string_view rest = cookie.substr(VisitCookie::name.size());
    if (rest.starts_with('=')) return rest.substr(1);
  }
  return {};
}

}  // namespace

VisitCookie VisitCookie::of(const http::Headers& fields, const net::Signer& signer) {
  VisitCookie cookie;
  for (const http::Field field : fields) {  // HTTP/2 clients may split them
    if (field.name != "cookie") continue;
    const std::string_view value = value_in(field.value);
    const auto dot = value.find('.');
    if (dot == std::string_view::npos || value.size() > longest) continue;
    const auto set = from_base64url(value.substr(0, dot));
    const auto signature = from_base64url(value.substr(dot + 1));
    if (!set || !signature || !signer.verify(*set, *signature)) continue;
    if (auto members = golomb_decode(*set)) cookie.members_ = std::move(*members);
    break;
  }
  return cookie;
}

bool VisitCookie::contains(const Item& item) const {
  return std::ranges::binary_search(members_, digest(item));
}

bool VisitCookie::add(const Item& item) {
  const std::uint16_t member = digest(item);
  const auto place = std::ranges::lower_bound(members_, member);
  if (place != members_.end() && *place == member) return false;
  if (members_.size() == golomb_most) {
    members_ = {member};
  } else {
    members_.insert(place, member);
  }
  return true;
}

std::string VisitCookie::set_cookie(const net::Signer& signer) const {
  const std::string set = golomb_encode(members_);
  return std::string(name) + "=" + base64url(set) + "." + base64url(signer.sign(set)) +
         "; Path=/; Max-Age=604800; Secure; HttpOnly; SameSite=Lax";
}

}  // namespace hints
