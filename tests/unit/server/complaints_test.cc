#include "server/complaints.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using server::Complaints;

TEST_CASE("complaints beyond so many a second are counted, and the number is said later") {
  std::vector<std::string> log;
  Complaints complaints([&](const std::string& line) { log.push_back(line); });
  const net::Clock::time_point start{1h};
  for (unsigned i = 0; i < Complaints::per_second + 7; ++i) complaints.say("bad", start);
  CHECK(log.size() == Complaints::per_second);
  complaints.say("worse", start + 1s);
  REQUIRE(log.size() == Complaints::per_second + 2);
  CHECK(log[Complaints::per_second] == "7 complaints about connections were left out");
  CHECK(log.back() == "worse");
  complaints.say("still", start + 1s);
  CHECK(log.back() == "still");
}

TEST_CASE("without a log nothing is said") {
  Complaints complaints(nullptr);
  complaints.say("bad", net::Clock::time_point{1h});
}
