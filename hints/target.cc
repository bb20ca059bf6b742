#include "hints/target.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "server/http/headers.h"

namespace hints {
namespace {

constexpr std::string_view path_encoded = " \"#<>?^`{}";
constexpr std::string_view query_encoded = " \"#<>";

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }

// Without C0 controls and spaces at both ends, and without tabs and line breaks anywhere.
std::string cleaned(std::string_view reference) {
  const auto blank = [](char c) { return static_cast<std::uint8_t>(c) <= ' '; };
  while (!reference.empty() && blank(reference.front())) reference.remove_prefix(1);
  while (!reference.empty() && blank(reference.back())) reference.remove_suffix(1);
  std::string text(reference);
  std::erase_if(text, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  return text;
}

// Up to the ':'; empty if there is no scheme.
std::string_view scheme_of(std::string_view text) {
  if (text.empty() || !letter(text.front())) return {};
  const auto end = std::ranges::find_if_not(
      text, [](char c) { return letter(c) || digit(c) || c == '+' || c == '-' || c == '.'; });
  if (end == text.end() || *end != ':') return {};
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

void append_encoded(std::string& out, std::string_view text, std::string_view encoded) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte > ' ' && byte < 0x7F && encoded.find(c) == std::string_view::npos) {
      out += c;
      continue;
    }
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
}

int dots(std::string_view segment) {
  int count = 0;
  while (!segment.empty()) {
    if (segment.front() == '.') {
      segment.remove_prefix(1);
    } else if (http::equal_ignoring_case(segment.substr(0, 3), "%2e")) {
      segment.remove_prefix(3);
    } else {
      return 0;
    }
    ++count;
  }
  return count <= 2 ? count : 0;
}

// RFC 3986 section 5.2.4, on an absolute path.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    path.remove_prefix(1);  // the '/'
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
    const int kind = dots(segment);
    if (kind == 2 && !out.empty()) out.resize(out.rfind('/'));
    if (kind == 0) {
      out += '/';
      append_encoded(out, segment, path_encoded);
    } else if (path.empty()) {
      out += '/';
    }
  }
  return out.empty() ? "/" : out;
}

// `text` begins with '/' and is not a "//authority".
Resolved absolute(std::string_view text) {
  text = text.substr(0, text.find('#'));
  const auto mark = text.find('?');
  std::string path(text.substr(0, mark));
  std::ranges::replace(path, '\\', '/');
  Resolved resolved{Place::here, without_dot_segments(path), false};
  // A path of "//..." would be read as an authority by whoever gets it in a Link.
  if (resolved.target.starts_with("//")) return {Place::elsewhere, {}, false};
  if (mark == std::string_view::npos) return resolved;
  resolved.target += '?';
  append_encoded(resolved.target, text.substr(mark + 1), query_encoded);
  return resolved;
}

Resolved with_authority(std::string_view url, const std::vector<std::string>& origins) {
  for (const std::string& origin : origins) {
    if (!http::equal_ignoring_case(url.substr(0, origin.size()), origin)) continue;
    const std::string_view rest = url.substr(origin.size());
    if (rest.starts_with('/')) return absolute(rest);
    if (rest.empty() || rest.front() == '?' || rest.front() == '#') {
      return absolute(std::string(1, '/').append(rest));
    }
  }
  return {Place::elsewhere, {}, false};
}

bool slash(std::string_view text, std::size_t at) {
  return at < text.size() && (text[at] == '/' || text[at] == '\\');
}

}  // namespace

Resolved resolve(std::string_view base, std::string_view reference,
                 const std::vector<std::string>& origins) {
  const std::string text = cleaned(reference);
  if (text.empty() || text.front() == '#') return {};
  if (const std::string_view scheme = scheme_of(text); !scheme.empty()) {
    const std::string name = http::to_lower(scheme);
    if (name != "http" && name != "https") return {};
    return with_authority(text, origins);
  }
  if (slash(text, 0) && slash(text, 1))
    return with_authority(std::string("https:").append(text), origins);
  if (base.empty()) return {Place::elsewhere, {}, false};
  if (slash(text, 0)) return absolute(text);
  const std::string_view start = text.front() == '?' ? path_of(base) : directory_of(base);
  Resolved resolved = absolute(std::string(start) + text);
  resolved.relative = true;
  return resolved;
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string_view directory_of(std::string_view target) {
  const std::string_view path = path_of(target);
  return path.substr(0, path.rfind('/') + 1);
}

std::string extension_of(std::string_view target) {
  const std::string_view path = path_of(target);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string() : http::to_lower(name.substr(dot + 1));
}

namespace {

// Up to eight bytes of text, in lower case, as a number; 0 for what is longer. This is asked for
// every request.
constexpr std::uint64_t packed(std::string_view text) {
  if (text.size() > 8) return 0;
  std::uint64_t number = 0;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    number = number << 8 | static_cast<std::uint8_t>(lower);
  }
  return number;
}

constexpr auto asset_extensions = [] {
  auto packs = std::to_array({
      packed("avif"), packed("bin"),  packed("bmp"),  packed("br"),   packed("css"),
      packed("csv"),  packed("eot"),  packed("gif"),  packed("gz"),   packed("ico"),
      packed("jpeg"), packed("jpg"),  packed("js"),   packed("json"), packed("m4a"),
      packed("map"),  packed("mjs"),  packed("mov"),  packed("mp3"),  packed("mp4"),
      packed("ogg"),  packed("otf"),  packed("pdf"),  packed("png"),  packed("rss"),
      packed("svg"),  packed("ttf"),  packed("txt"),  packed("vtt"),  packed("wasm"),
      packed("wav"),  packed("webm"), packed("webp"), packed("woff"), packed("woff2"),
      packed("xml"),  packed("zip"),  packed("zst"),
  });
  std::ranges::sort(packs);
  return packs;
}();

}  // namespace

bool names_asset(std::string_view target) {
  const std::string_view path = path_of(target);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view extension = name.substr(dot + 1);
  return std::ranges::binary_search(asset_extensions, packed(extension)) ||
         http::equal_ignoring_case(extension, "webmanifest");
}

}  // namespace hints
