#include "compare/congestion_window.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using lab::CongestionWindow;

namespace {

const net::Clock::time_point start{};

// A round trip in which the sender has enough to say. Returns how many segments it took.
std::size_t round(CongestionWindow& window, net::Clock::time_point now = start) {
  std::size_t count = 0;
  for (; window.open(); ++count) window.sent(now);
  for (std::size_t i = 0; i < count; ++i) window.acknowledged();
  return count;
}

}  // namespace

TEST_CASE("slow start doubles the window with each round trip") {
  CongestionWindow window({.initial = 10});
  CHECK(round(window) == 10);
  CHECK(round(window) == 20);
  CHECK(round(window) == 40);
  CHECK(round(window) == 80);
}

TEST_CASE("the window grows up to its bound") {
  CongestionWindow window({.initial = 10, .most = 25});
  round(window);
  round(window);
  CHECK(round(window) == 25);
}

TEST_CASE("a sender that has little to say does not grow its window") {
  CongestionWindow window({.initial = 10});
  for (int i = 0; i < 50; ++i) {
    window.sent(start);
    window.acknowledged();
  }
  CHECK(window.segments() == 10);
}

TEST_CASE("a loss halves the window once for a flight, and then it grows by one a round trip") {
  CongestionWindow window({.initial = 40});
  while (window.open()) window.sent(start);
  window.lost();
  window.lost();
  CHECK(window.segments() == 20);
  for (int i = 0; i < 40; ++i) window.acknowledged();
  CHECK(window.segments() == 20);
  round(window);
  round(window);
  CHECK(window.segments() >= 21);
  CHECK(window.segments() <= 22);
}

TEST_CASE("after silence the window is the initial one again") {
  CongestionWindow window({.initial = 10, .idle = 300ms});
  round(window);
  round(window);
  REQUIRE(window.segments() == 40);
  window.wake(start + 300ms);
  CHECK(window.segments() == 40);
  window.wake(start + 301ms);
  CHECK(window.segments() == 10);
}
