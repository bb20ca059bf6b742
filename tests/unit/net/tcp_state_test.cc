#include "server/net/tcp_state.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "server/net/handle.h"

TEST_CASE("the kernel tells the round trip and the window of a connection, and of nothing else") {
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
}
