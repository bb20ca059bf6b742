#include "server/net/listener.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <vector>

using namespace std::chrono_literals;

namespace {

net::Fd client_of(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  net::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

}  // namespace

TEST_CASE("a listener that is paused accepts nobody more, though many wait, until it goes on") {
  net::Loop loop;
  net::Bound bound = net::bind_and_listen({"127.0.0.1", 0}, 8);
  std::vector<net::Fd> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(client_of(bound.endpoint.port));
  int accepted = 0;
  net::Listener listener(loop, std::move(bound.fd), [&](net::Accepted) {
    if (++accepted == 1) listener.pause();
  });
  net::Timer later(loop, [&] { loop.stop(); });
  later.start(20ms);
  loop.run();
  CHECK(accepted == 1);
  listener.resume();
  later.start(20ms);
  loop.run();
  CHECK(accepted == 3);
}
