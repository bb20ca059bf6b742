#include "server/binder.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "server/net/error.h"
#include "server/net/listener.h"
#include "tests/support/loopback.h"

using server::Binder;
using testing::client_of_ipv4;
using testing::client_of_ipv6;

namespace {

net::Bound listening() { return net::bind_and_listen({"127.0.0.1", 0}, 8); }

// Whether both descriptors are of one socket: a new connection waits at either.
bool same_socket(const net::Fd& a, const net::Fd& b) {
  const auto inode = [](int fd) {
    struct stat known {};
    fstat(fd, &known);
    return known.st_ino;
  };
  return inode(a.get()) == inode(b.get());
}

bool no_ipv6() {
  try {
    (void)net::bind_and_listen({"::1", 0}, 1);
    return false;
  } catch (const net::Error&) {
    WARN("this machine has no IPv6");
    return true;
  }
}

}  // namespace

TEST_CASE("each worker is bound a socket of its own on the same port") {
  Binder binder(3, 8);
  binder.bind({"127.0.0.1", 0});
  const Binder::Bound bound = binder.take();
  REQUIRE(bound.endpoints.size() == 1);
  CHECK(bound.endpoints[0].port != 0);
  REQUIRE(bound.of_worker.size() == 3);
  for (const auto& sockets : bound.of_worker) CHECK(sockets.size() == 1);
  CHECK_FALSE(same_socket(bound.of_worker[0][0], bound.of_worker[1][0]));
  CHECK(bound.kept.size() == 3);
}

TEST_CASE("one inherited socket is shared by all workers") {
  net::Bound given = listening();
  const auto port = given.endpoint.port;
  Binder binder(2, 8);
  binder.adopt(std::move(given.fd));
  const Binder::Bound bound = binder.take();
  REQUIRE(bound.endpoints.size() == 1);
  CHECK(bound.endpoints[0].port == port);
  CHECK(bound.endpoints[0].host == "127.0.0.1");
  CHECK(same_socket(bound.of_worker[0][0], bound.of_worker[1][0]));
}

TEST_CASE("more inherited sockets than workers are all accepted from") {
  Binder binder(2, 8);
  for (int i = 0; i < 5; ++i) binder.adopt(listening().fd);
  const Binder::Bound bound = binder.take();
  CHECK(bound.of_worker[0].size() == 3);
  CHECK(bound.of_worker[1].size() == 2);
  CHECK(bound.endpoints.size() == 5);
  CHECK(binder.take().kept.empty());
}

TEST_CASE("without a host clients of IPv4 and of IPv6 are taken, on one socket") {
  if (no_ipv6()) return;
  Binder binder(1, 8);
  binder.bind({"", 0});
  const Binder::Bound bound = binder.take();
  CHECK(bound.kept.size() == 1);
  CHECK(client_of_ipv4(bound.endpoints[0].port));
  CHECK(client_of_ipv6(bound.endpoints[0].port));
}

TEST_CASE("[::] is IPv6 alone, so that IPv4 may have a line of its own") {
  if (no_ipv6()) return;
  Binder both(1, 8);
  both.bind({"::", 0});
  const Binder::Bound first = both.take();
  const auto port = first.endpoints[0].port;
  CHECK(client_of_ipv6(port));
  CHECK_FALSE(client_of_ipv4(port));
  both.bind({"0.0.0.0", port});
  const Binder::Bound second = both.take();
  CHECK(client_of_ipv4(port));
}

TEST_CASE("a port that another has in either version is not taken in the other alone") {
  if (no_ipv6()) return;
  const std::string host = GENERATE("0.0.0.0", "127.0.0.1", "::", "::1");
  INFO(host);
  const net::Bound taken = net::bind_and_listen({host, 0}, 8);
  Binder binder(1, 8);
  CHECK_THROWS_WITH(binder.bind({"", taken.endpoint.port}),
                    Catch::Contains("another program has that port"));
}

TEST_CASE("a client of IPv4 has its own address on a socket for both versions") {
  if (no_ipv6()) return;
  net::Bound bound = net::bind_and_listen({"", 0}, 8);
  net::Loop loop;
  std::string address;
  const net::Listener listener(loop, std::move(bound.fd), [&](const net::Accepted& accepted) {
    address = accepted.address;
    loop.stop();
  });
  const net::Fd client = client_of_ipv4(bound.endpoint.port);
  REQUIRE(client);
  loop.run();
  CHECK(address == "127.0.0.1");
}
