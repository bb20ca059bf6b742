#include "server/net/listener.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <vector>

#include "tests/support/loopback.h"

using namespace std::chrono_literals;

TEST_CASE("a listener that is paused accepts nobody more, though many wait, until it goes on") {
  net::Loop loop;
  net::Bound bound = net::bind_and_listen({"127.0.0.1", 0}, 8);
  std::vector<net::Fd> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(testing::client_of_ipv4(bound.endpoint.port));
    REQUIRE(clients.back());
  }
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
