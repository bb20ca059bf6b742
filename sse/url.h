// Url: a topic taken apart as the WHATWG URL standard does, as far as topics need it: dot segments
// resolved, case and percent-encoding canonical. Hosts beyond ASCII and IPv4 numbers stay as
// written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sse {

struct Url {
  std::string protocol;  // without ':'
  std::string username;
  std::string password;
  std::string hostname;
  std::string port;  // empty: none, or the protocol's own
  std::string pathname;
  std::string search;   // without '?'
  std::string hash;     // without '#'
  bool opaque = false;  // the path has no hierarchy: "mailto:x"

  // `base` resolves what is relative; null: nothing does. None if `text` is no URL.
  static std::optional<Url> parse(std::string_view text, const Url* base = nullptr);
};

// http, https, ws, wss, ftp, file: those that have hosts and paths in any case.
bool is_special(std::string_view protocol);
// "443" for "https"; empty if there is none.
std::string_view default_port(std::string_view protocol);

enum class UrlPart { userinfo, path, opaque_path, query, fragment };
// Percent-encodes what may not stand in that part; what is encoded already stays.
std::string canonical(UrlPart part, std::string_view text);

// "/a/b": a path from the root without dot segments, query or anything to be encoded.
bool is_plain_path(std::string_view text);

}  // namespace sse
