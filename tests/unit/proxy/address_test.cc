#include "proxy/address.h"

#include <catch2/catch.hpp>

#include "server/net/error.h"

using proxy::Address;

TEST_CASE("an app server is named by a URL or a socket file") {
  const Address plain = Address::parse("http://127.0.0.1:3000/");
  CHECK(plain.url == "http://127.0.0.1:3000");
  CHECK(plain.authority == "127.0.0.1:3000");
  CHECK(plain.socket.empty());
  CHECK(plain.text == "http://127.0.0.1:3000/");
  CHECK(Address::parse("https://app.internal").authority == "app.internal");
  CHECK(Address::parse("http://[::1]:3000").authority == "[::1]:3000");
  const Address socket = Address::parse("unix:/run/app.sock");
  CHECK(socket.socket == "/run/app.sock");
  CHECK(socket.url == "http://localhost");
}

TEST_CASE("what is no address of an app server is refused in one sentence") {
  for (const char* text :
       {"", "localhost:3000", "127.0.0.1", "ftp://a", "http://", "http://a:0", "http://a:65536",
        "http://a:b", "http://a/path", "http://user@a", "http://a b", "http://[::1", "http://[]:1",
        "unix:app.sock", "unix:", "http://a?b", "http://a#b", "http://a\r\nb"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(Address::parse(text), net::Error);
  }
  CHECK_THROWS_WITH(Address::parse("localhost:3000"),
                    "an app server is http://HOST:PORT, https://HOST:PORT or unix:/path/to/socket, "
                    "not \"localhost:3000\"");
}
