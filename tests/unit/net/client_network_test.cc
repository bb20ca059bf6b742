#include "server/net/client_network.h"

#include <catch2/catch.hpp>

TEST_CASE("an IPv6 prefix of 64 bits is one client, and so is a mapped IPv4 address") {
  const auto key = net::client_network;
  CHECK(key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  CHECK(key("2001:db8:1:2::1") != key("2001:db8:1:3::1"));
  CHECK(key("fe80::1%eth0") == key("fe80::2"));
  CHECK(key("::ffff:192.0.2.1") == key("192.0.2.1"));
  CHECK(key("::ffff:192.0.2.1") != key("::ffff:192.0.2.2"));
  CHECK(key("192.0.2.1") != key("::1"));
}
