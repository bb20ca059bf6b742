#include "sse/url.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "server/http/headers.h"
#include "server/http/query.h"

namespace sse {
namespace {

struct Scheme {
  std::string_view name;
  std::string_view port;
};
constexpr std::array<Scheme, 6> special{
    {{"http", "80"}, {"https", "443"}, {"ws", "80"}, {"wss", "443"}, {"ftp", "21"}, {"file", ""}}};

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }

// By byte: what may stand as it is.
using Plain = std::array<bool, 256>;

// All but controls, what is beyond ASCII, and `encoded`.
constexpr Plain all_but(std::string_view encoded) {
  Plain plain{};
  for (std::size_t byte = 0x20; byte < 0x7F; ++byte) {
    plain[byte] = encoded.find(static_cast<char>(byte)) == encoded.npos;
  }
  return plain;
}

const Plain& plain_in(UrlPart part) {
  static constexpr Plain userinfo = all_but(" \"#<>?^`{}/:;=@[\\]|");
  static constexpr Plain path = all_but(" \"#<>?^`{}");
  static constexpr Plain query = all_but(" \"#<>");
  static constexpr Plain fragment = all_but(" \"<>`");
  static constexpr Plain opaque_path = all_but("");
  switch (part) {
    case UrlPart::userinfo:
      return userinfo;
    case UrlPart::path:
      return path;
    case UrlPart::query:
      return query;
    case UrlPart::fragment:
      return fragment;
    case UrlPart::opaque_path:
      break;
  }
  return opaque_path;
}

// "scheme:" at the start of `text`, without the colon; empty if there is none.
std::string_view scheme_of(std::string_view text) {
  if (text.empty() || !letter(text[0])) return {};
  std::size_t end = 1;
  while (end < text.size() && (letter(text[end]) || digit(text[end]) || text[end] == '+' ||
                               text[end] == '-' || text[end] == '.')) {
    ++end;
  }
  return end < text.size() && text[end] == ':' ? text.substr(0, end) : std::string_view();
}

bool is_slash(char c, bool in_special) { return c == '/' || (in_special && c == '\\'); }

bool starts_with_slashes(std::string_view text, bool in_special) {
  return text.size() >= 2 && is_slash(text[0], in_special) && is_slash(text[1], in_special);
}

// How many dots it consists of, percent-encoded or not; none if of anything else besides.
std::size_t dots_in(std::string_view segment) {
  std::size_t dots = 0;
  while (!segment.empty()) {
    if (segment[0] == '.') {
      segment.remove_prefix(1);
    } else if (segment.starts_with("%2e") || segment.starts_with("%2E")) {
      segment.remove_prefix(3);
    } else {
      return 0;
    }
    ++dots;
  }
  return dots;
}

// Most of it stands as it is, and goes over in one piece.
void append_canonical(std::string& out, UrlPart part, std::string_view text) {
  const Plain& plain = plain_in(part);
  while (!text.empty()) {
    std::size_t run = 0;
    while (run < text.size() && plain[static_cast<std::uint8_t>(text[run])]) ++run;
    out += text.substr(0, run);
    if (run == text.size()) return;
    out += http::percent_encode(text.substr(run, 1));
    text.remove_prefix(run + 1);
  }
}

// `path` without dot segments, canonical, beginning with '/'.
std::string resolved_path(std::string_view path, bool in_special) {
  std::vector<std::string_view> segments;
  std::string_view rest = path;
  if (!rest.empty() && is_slash(rest[0], in_special)) rest.remove_prefix(1);
  for (;;) {
    std::size_t end = 0;
    while (end < rest.size() && !is_slash(rest[end], in_special)) ++end;
    const std::string_view segment = rest.substr(0, end);
    const bool last = end == rest.size();
    const std::size_t dots = dots_in(segment);
    if (dots == 2) {
      if (!segments.empty()) segments.pop_back();
      if (last) segments.emplace_back();
    } else if (dots == 1) {
      if (last) segments.emplace_back();
    } else {
      segments.push_back(segment);
    }
    if (last) break;
    rest.remove_prefix(end + 1);
  }
  std::string out;
  out.reserve(path.size() + 1);
  for (const std::string_view segment : segments)
    append_canonical(out += '/', UrlPart::path, segment);
  return out;
}

// Takes "?search" and "#hash" off the end of `text`.
void take_query(std::string_view& text, Url& url) {
  if (const auto hash = text.find('#'); hash != text.npos) {
    url.hash = canonical(UrlPart::fragment, text.substr(hash + 1));
    text = text.substr(0, hash);
  }
  if (const auto query = text.find('?'); query != text.npos) {
    url.search = canonical(UrlPart::query, text.substr(query + 1));
    text = text.substr(0, query);
  }
}

bool read_port(std::string_view text, Url& url) {
  if (!std::all_of(text.begin(), text.end(), digit)) return false;
  while (text.size() > 1 && text[0] == '0') text.remove_prefix(1);
  if (text.size() > 5 || (text.size() == 5 && text > "65535")) return false;
  if (text != default_port(url.protocol)) url.port = text;
  return true;
}

bool read_host(std::string_view text, Url& url) {
  const std::string decoded = http::percent_decode(text).value_or(std::string(text));
  const bool bracketed = decoded.starts_with('[') && decoded.ends_with(']');
  if (!bracketed && decoded.find_first_of(" #/:<>?@[\\]^|%") != decoded.npos) return false;
  url.hostname = http::to_lower(decoded);
  return !url.hostname.empty() || !is_special(url.protocol) || url.protocol == "file";
}

// "user:password@host:port"
bool read_authority(std::string_view text, Url& url) {
  if (const auto at = text.rfind('@'); at != text.npos) {
    const std::string_view user = text.substr(0, at);
    const auto colon = user.find(':');
    url.username = canonical(UrlPart::userinfo, user.substr(0, colon));
    if (colon != user.npos) url.password = canonical(UrlPart::userinfo, user.substr(colon + 1));
    text.remove_prefix(at + 1);
  }
  const auto bracket = text.find(']');
  const auto colon = text.find(':', text.starts_with('[') && bracket != text.npos ? bracket : 0);
  if (colon != text.npos && !read_port(text.substr(colon + 1), url)) return false;
  return read_host(text.substr(0, colon), url);
}

// `text` behind "//".
std::optional<Url> with_authority(std::string_view text, Url url) {
  const bool in_special = is_special(url.protocol);
  take_query(text, url);
  std::size_t end = 0;
  while (end < text.size() && !is_slash(text[end], in_special)) ++end;
  if (!read_authority(text.substr(0, end), url)) return std::nullopt;
  const std::string_view path = text.substr(end);
  if (!path.empty() || in_special) url.pathname = resolved_path(path, in_special);
  return url;
}

std::optional<Url> relative(std::string_view text, const Url& base) {
  Url url;
  url.protocol = base.protocol;
  const bool in_special = is_special(url.protocol);
  if (starts_with_slashes(text, in_special)) return with_authority(text.substr(2), std::move(url));
  url.username = base.username;
  url.password = base.password;
  url.hostname = base.hostname;
  url.port = base.port;
  const bool has_query = text.substr(0, text.find('#')).find('?') != text.npos;
  take_query(text, url);
  if (text.empty()) {
    url.pathname = base.pathname;
    if (!has_query) url.search = base.search;
  } else if (is_slash(text[0], in_special)) {
    url.pathname = resolved_path(text, in_special);
  } else {
    const std::string folder = base.pathname.substr(0, base.pathname.rfind('/') + 1);
    url.pathname = resolved_path(folder + std::string(text), in_special);
  }
  return url;
}

}  // namespace

bool is_special(std::string_view protocol) {
  return std::any_of(special.begin(), special.end(),
                     [&](const Scheme& scheme) { return scheme.name == protocol; });
}

std::string_view default_port(std::string_view protocol) {
  for (const Scheme& scheme : special) {
    if (scheme.name == protocol) return scheme.port;
  }
  return {};
}

std::string canonical(UrlPart part, std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_canonical(out, part, text);
  return out;
}

std::optional<Url> Url::parse(std::string_view text, const Url* base) {
  while (!text.empty() && static_cast<std::uint8_t>(text.front()) <= 0x20) text.remove_prefix(1);
  while (!text.empty() && static_cast<std::uint8_t>(text.back()) <= 0x20) text.remove_suffix(1);
  const std::string_view scheme = scheme_of(text);
  if (scheme.empty()) {
    if (!base || base->opaque) return std::nullopt;
    return relative(text, *base);
  }
  Url url;
  url.protocol = http::to_lower(scheme);
  std::string_view rest = text.substr(scheme.size() + 1);
  if (is_special(url.protocol)) {
    const bool slashes = starts_with_slashes(rest, true);
    if (!slashes && base && base->protocol == url.protocol) return relative(rest, *base);
    const bool file = url.protocol == "file";
    std::size_t skipped = 0;
    while (skipped < rest.size() && is_slash(rest[skipped], true) && !(file && skipped == 2)) {
      ++skipped;
    }
    return with_authority(rest.substr(skipped), std::move(url));
  }
  if (rest.starts_with("//")) return with_authority(rest.substr(2), std::move(url));
  take_query(rest, url);
  url.opaque = !rest.starts_with('/');
  url.pathname = url.opaque ? canonical(UrlPart::opaque_path, rest) : resolved_path(rest, false);
  return url;
}

bool is_plain_path(std::string_view text) {
  static constexpr Plain plain = all_but(" \"#<>?^`{}%\\");
  if (!text.starts_with('/') || text.starts_with("//")) return false;
  if (text.find("/.") != text.npos) return false;  // perhaps a dot segment
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return plain[static_cast<std::uint8_t>(c)]; });
}

}  // namespace sse
