#include "server/binder.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "server/net/listener.h"

using server::Binder;

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
