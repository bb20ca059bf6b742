#include "hints/think_time.h"

#include <catch2/catch.hpp>

using hints::ThinkTime;
using std::chrono::microseconds;

TEST_CASE("nothing is concluded from too few answers") {
  ThinkTime think;
  CHECK_FALSE(think.median());
  for (std::size_t i = 1; i < ThinkTime::enough; ++i) think.add(microseconds(10));
  CHECK(think.median() == microseconds(10));
  CHECK_FALSE(think.usual());
  think.add(microseconds(10));
  CHECK(think.usual() == microseconds(10));
}

TEST_CASE("the usual time is that of three answers in four") {
  ThinkTime think;
  for (int i = 1; i <= 16; ++i) think.add(microseconds(i));
  CHECK(think.median() == microseconds(8));
  CHECK(think.usual() == microseconds(12));
}

TEST_CASE("only the latest answers count") {
  ThinkTime think;
  for (int i = 0; i < 100; ++i) think.add(microseconds(1'000'000));
  for (std::size_t i = 0; i < ThinkTime::kept; ++i) think.add(microseconds(5));
  CHECK(think.usual() == microseconds(5));
  CHECK(think.latest().size() == ThinkTime::kept);
}
