#include "server/net/tcp_state.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <vector>

#include "server/net/handle.h"

TEST_CASE("the kernel tells of a connection how far its bytes are, and of nothing else") {
  const net::Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(listen(listener.get(), 1) == 0);
  REQUIRE(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const net::Fd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(connect(client.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);

  const auto state = net::tcp_state(client.get());
  REQUIRE(state);
  CHECK(state->round_trip.count() > 0);
  CHECK(state->congestion_window > 1000);
  CHECK(state->unacknowledged == 0);
  CHECK_FALSE(net::tcp_state(0x7fff));

  // More than the kernel of a peer that reads nothing has room for.
  fcntl(client.get(), F_SETFL, O_NONBLOCK);
  const std::vector<char> bytes(64 * 1024);
  std::uint64_t sent = 0;
  for (ssize_t more = 1; more > 0;) {
    more = write(client.get(), bytes.data(), bytes.size());
    if (more > 0) sent += static_cast<std::uint64_t>(more);
  }
  const auto full = net::tcp_state(client.get());
  REQUIRE(full);
  CHECK(full->acknowledged > 0);
  CHECK(full->held > 0);
  CHECK(full->acknowledged + full->held == sent);
}
