#include "server/net/record_size.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using net::RecordSize;

TEST_CASE("records fit a segment at first, and are full once the window has opened") {
  const net::Clock::time_point now{1h};
  RecordSize size;
  for (std::size_t sent = 0; sent < RecordSize::small_bytes; sent += RecordSize::small) {
    CHECK(size.next(now) == RecordSize::small);
    size.sent(RecordSize::small, now);
  }
  CHECK(size.next(now) == RecordSize::full);
}

TEST_CASE("after a silence records are small again") {
  net::Clock::time_point now{1h};
  RecordSize size;
  size.sent(1'000'000, now);
  CHECK(size.next(now += 200ms) == RecordSize::full);
  CHECK(size.next(now += 1ms) == RecordSize::small);
  size.sent(1'000, now);
  CHECK(size.next(now += 100ms) == RecordSize::small);
}
