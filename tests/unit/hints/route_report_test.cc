#include "hints/route_report.h"

#include <catch2/catch.hpp>

using namespace hints;
using std::chrono::milliseconds;

namespace {

RouteHistory route(std::string_view name, std::uint64_t visits, milliseconds first,
                   milliseconds last) {
  RouteHistory history(name);
  history.visits = visits;
  history.told = 10 * visits;
  history.taken = 8 * visits;
  for (int i = 0; i < 16; ++i) {
    history.of(RouteHistory::Visitor::anonymous)
        .add(i < 8 ? first : last, RouteHistory::Answer::page);
  }
  AssetHistory& asset = history.asset("/a.css");
  asset.told = visits;
  asset.wasted = 100;
  return history;
}

}  // namespace

TEST_CASE("the busiest routes are reported, and those of several workers summed up") {
  std::list<RouteHistory> one;
  one.push_back(route("/rare", 1, milliseconds(5), milliseconds(5)));
  one.push_back(route("/busy", 9, milliseconds(5), milliseconds(5)));
  one.push_back(route("/", 5, milliseconds(5), milliseconds(5)));
  std::list<RouteHistory> other;
  other.push_back(route("/", 7, milliseconds(9), milliseconds(9)));
  const auto first = report(one, 2);
  REQUIRE(first.size() == 2);
  CHECK(first[0].name == "/busy");
  const auto all = sum(first, report(other, 2));
  REQUIRE(all.size() == 2);
  CHECK(all[1].name == "/");
  CHECK(all[1].visits == 12);
  CHECK(all[1].assets.size() == 1);
  CHECK(all[1].assets[0].told == 12);
  CHECK(all[1].assets[0].wasted == 200);
  CHECK(think_median(all[1]) == milliseconds(9));
}

TEST_CASE("a trend is told once there is enough to tell it from") {
  const auto trend = [](milliseconds first, milliseconds last) {
    std::list<RouteHistory> routes;
    routes.push_back(route("/", 1, first, last));
    return std::string(think_trend(report(routes, 1)[0]));
  };
  CHECK(trend(milliseconds(10), milliseconds(20)) == "slower");
  CHECK(trend(milliseconds(20), milliseconds(10)) == "faster");
  CHECK(trend(milliseconds(20), milliseconds(21)) == "steady");
  CHECK(think_trend({}).empty());
  RouteReport hits;
  hits.told = 1000;
  hits.taken = 900;
  CHECK(hit_trend(hits).empty());
  hits.told_lately = 20;
  hits.taken_lately = 18;
  CHECK(hit_trend(hits) == "steady");
  hits.taken_lately = 10;
  CHECK(hit_trend(hits) == "worse");
}

TEST_CASE("one answer of each worker makes no trend, however many workers there are") {
  std::list<RouteHistory> routes;
  RouteHistory& once = routes.emplace_back("/");
  once.of(RouteHistory::Visitor::anonymous).add(milliseconds(5), RouteHistory::Answer::page);
  std::vector<RouteReport> all;
  for (int worker = 0; worker < 8; ++worker) all = sum(std::move(all), report(routes, 1));
  CHECK(think_trend(all[0]).empty());
  CHECK(think_median(all[0]) == milliseconds(5));
}
