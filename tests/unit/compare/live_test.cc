#include "compare/live.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_exchange.h"

using namespace std::chrono_literals;

TEST_CASE("a live stream says something at once, then when each event was published") {
  net::Loop loop(net::Loop::Time::manual);
  testing::FakeExchange fake;
  lab::LiveHandler live(loop, {.interval = 50ms});
  live.handle({}, fake.exchange());
  CHECK(fake.field("content-type") == "text/event-stream");
  CHECK(fake.response().live);
  CHECK(fake.read() == ":\n\n");
  const auto began = loop.now();
  loop.advance(49ms);
  CHECK(fake.waker.wakes == 0);
  loop.advance(1ms);
  CHECK(fake.waker.wakes == 1);
  const std::string event = fake.read();
  REQUIRE(event.starts_with("data: "));
  REQUIRE(event.ends_with("\n\n"));
  CHECK(lab::published_at(std::string_view(event).substr(6, event.size() - 8)) == began + 50ms);
}

TEST_CASE("what is no time of publication is told from one") {
  CHECK_FALSE(lab::published_at(""));
  CHECK_FALSE(lab::published_at("soon"));
  CHECK_FALSE(lab::published_at("12 "));
  CHECK(lab::published_at("12") == net::Clock::time_point(12ns));
}
