// Address: where an app server is, as people write it.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

struct Address {
  std::string text;       // as written, for people and logs
  std::string url;        // of its root, for libcurl: "http://127.0.0.1:3000"
  std::string authority;  // "127.0.0.1:3000"; "localhost" for a socket file
  std::string socket;     // path of a Unix socket; empty: TCP

  // "http://127.0.0.1:3000", "https://app.internal" or "unix:/run/app.sock". Throws net::Error.
  static Address parse(std::string_view text);
  // What an address must be, for sentences.
  static constexpr std::string_view expected =
      "http://HOST:PORT, https://HOST:PORT or unix:/path/to/socket";
};

}  // namespace proxy
