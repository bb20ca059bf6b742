#include "server/address_limits.h"

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using server::AddressLimits;
using Refusal = server::AddressLimits::Refusal;

namespace {
const net::Clock::time_point start{1h};
}  // namespace

TEST_CASE("an address that has as many connections as it may gets no other until one has gone") {
  AddressLimits limits({.connections = 2, .new_per_second = 0});
  auto first = limits.admit("192.0.2.1", start);
  auto second = limits.admit("192.0.2.1", start);
  CHECK(first.refusal == Refusal::none);
  CHECK(second.refusal == Refusal::none);
  CHECK(limits.admit("192.0.2.1", start).refusal == Refusal::too_many);
  CHECK(limits.admit("192.0.2.2", start).refusal == Refusal::none);
  first.seat = AddressLimits::Seat();
  CHECK(limits.admit("192.0.2.1", start).refusal == Refusal::none);
}

TEST_CASE("an address may open ten seconds' worth of connections at once, then so many a second") {
  AddressLimits limits({.connections = 0, .new_per_second = 5});
  for (int i = 0; i < 50; ++i) CHECK(limits.admit("192.0.2.1", start).refusal == Refusal::none);
  CHECK(limits.admit("192.0.2.1", start).refusal == Refusal::too_fast);
  CHECK(limits.admit("192.0.2.2", start).refusal == Refusal::none);
  for (int i = 0; i < 5; ++i) {
    CHECK(limits.admit("192.0.2.1", start + 1s).refusal == Refusal::none);
  }
  CHECK(limits.admit("192.0.2.1", start + 1s).refusal == Refusal::too_fast);
}

TEST_CASE("a refused connection takes neither a seat nor a token") {
  AddressLimits limits({.connections = 1, .new_per_second = 1});
  auto only = limits.admit("192.0.2.1", start);
  for (int i = 0; i < 100; ++i) {
    CHECK(limits.admit("192.0.2.1", start).refusal == Refusal::too_many);
  }
  only.seat = AddressLimits::Seat();
  CHECK(limits.admit("192.0.2.1", start).refusal == Refusal::none);
}

TEST_CASE("both limits at 0 are no limits, and nothing is remembered") {
  AddressLimits limits({.connections = 0, .new_per_second = 0});
  for (int i = 0; i < 10'000; ++i) CHECK(limits.admit("::1", start).refusal == Refusal::none);
  CHECK(limits.remembered() == 0);
}

TEST_CASE("addresses that have gone are forgotten when their bucket is full again") {
  AddressLimits limits({.connections = 10, .new_per_second = 1});
  for (int i = 0; i < 100'000; ++i) {
    const std::string address =
        "2001:db8:" + std::to_string(i % 9999) + ":" + std::to_string(i / 9999) + "::1";
    CHECK(limits.admit(address, start + i * 10ms).refusal == Refusal::none);
  }
  CHECK(limits.remembered() < 3000);  // a token takes a second: 100 that may not, and the slack
}

TEST_CASE("threads that come and go at once leave nothing behind") {
  AddressLimits limits({.connections = 1'000'000, .new_per_second = 0});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) auto here = limits.admit("192.0.2.1", start);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(limits.remembered() == 0);
}
