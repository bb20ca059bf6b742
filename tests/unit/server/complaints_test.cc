#include "server/complaints.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using server::Complaints;

TEST_CASE("complaints beyond so many a second are counted, and told of when the second is over") {
  net::Loop loop(net::Loop::Time::manual);
  std::vector<std::string> log;
  Complaints complaints(loop, [&](const std::string& line) { log.push_back(line); });
  for (unsigned i = 0; i < Complaints::per_second + 6; ++i) complaints.say("bad");
  complaints.say("worse");
  CHECK(log.size() == Complaints::per_second);
  loop.advance(1s);
  REQUIRE(log.size() == Complaints::per_second + 1);
  CHECK(log.back() == "7 more complaints about connections in that second, the last: worse");
  complaints.say("later");
  CHECK(log.back() == "later");
  loop.advance(1s);
  CHECK(log.size() == Complaints::per_second + 2);
}

TEST_CASE("a second without too many complaints ends in silence") {
  net::Loop loop(net::Loop::Time::manual);
  std::vector<std::string> log;
  Complaints complaints(loop, [&](const std::string& line) { log.push_back(line); });
  complaints.say("bad");
  loop.advance(5s);
  CHECK(log == std::vector<std::string>{"bad"});
}

TEST_CASE("without a log nothing is said") {
  net::Loop loop(net::Loop::Time::manual);
  Complaints complaints(loop, nullptr);
  complaints.say("bad");
  loop.advance(1s);
}
