#include "proxy/figures.h"

#include <catch2/catch.hpp>

using namespace proxy;
using namespace std::chrono_literals;

TEST_CASE("times are kept in classes, and shares of them told by the end of a class") {
  Figures figures;
  CHECK(figures.within(0.5) == 0ms);
  for (int i = 0; i < 90; ++i) figures.answered(3ms);
  for (int i = 0; i < 9; ++i) figures.answered(100ms);
  figures.answered(60s);
  CHECK(figures.answers() == 100);
  CHECK(figures.first_byte_sum == 90 * 3ms + 9 * 100ms + 60s);
  CHECK(figures.within(0.5) == 5ms);
  CHECK(figures.within(0.95) == 100ms);
  CHECK(figures.within(1) == 10s);
}

TEST_CASE("figures of several workers are summed up for each app server") {
  Figures one{.upstream = "http://a", .requests = 2};
  one.answered(3ms);
  one.failures[0] = 1;
  Figures two{.upstream = "http://b", .requests = 5};
  Figures more = one;
  more.failing_for = 1;
  const auto total = sum({one, two}, {more});
  REQUIRE(total.size() == 2);
  CHECK(total[0].requests == 4);
  CHECK(total[0].answers() == 2);
  CHECK(total[0].failures[0] == 2);
  CHECK(total[0].failing_for == 1);
  CHECK(total[1].requests == 5);
}
