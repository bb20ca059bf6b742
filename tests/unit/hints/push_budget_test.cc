#include "hints/push_budget.h"

#include <catch2/catch.hpp>

#include "hints/route.h"

using hints::push_budget;
using std::chrono::milliseconds;

TEST_CASE("a page that comes at once leaves the free part of the congestion window") {
  http::Transport way{
      .round_trip = milliseconds(50), .congestion_window = 14'600, .connection_window = 1'000'000};
  CHECK(push_budget(way, milliseconds(0)) == 14'600);
  way.under_way = 4'600;
  CHECK(push_budget(way, milliseconds(0)) == 10'000);
  way.under_way = 99'000;
  CHECK(push_budget(way, milliseconds(0)) == 0);
}

TEST_CASE("the window doubles each round trip that the page thinks") {
  const http::Transport way{
      .round_trip = milliseconds(50), .congestion_window = 10'000, .connection_window = 1'000'000};
  CHECK(push_budget(way, milliseconds(49)) == 10'000);
  CHECK(push_budget(way, milliseconds(50)) == 30'000);
  CHECK(push_budget(way, milliseconds(149)) == 70'000);
}

TEST_CASE("the client's own window is never passed, and is all that counts without TCP") {
  CHECK(
      push_budget(
          {.round_trip = milliseconds(1), .congestion_window = 14'600, .connection_window = 5'000},
          milliseconds(900)) == 5'000);
  CHECK(push_budget({.connection_window = 65'535}, milliseconds(0)) == 65'535);
}

TEST_CASE("paths that differ in identifiers only are one route") {
  CHECK(hints::route_of("/") == "/");
  CHECK(hints::route_of("/docs/install/") == "/docs/install/");
  CHECK(hints::route_of("/orders/17") == "/orders/*");
  CHECK(hints::route_of("/o/3f2b8c1e-0a1b-4c2d-9e8f-001122334455/edit") == "/o/*/edit");
  CHECK(hints::route_of("/t/a1b2c3d4e5f60718") == "/t/*");
  CHECK(hints::route_of("/2024-review") == "/2024-review");
  CHECK(hints::route_of("/v2/list") == "/v2/list");
  CHECK(hints::route_of("/feedface") == "/feedface");
  CHECK(hints::route_of("/" + std::string(5000, 'a')) == "/*");
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "/folder";
  CHECK(hints::route_of(deep).size() < 300);
}
