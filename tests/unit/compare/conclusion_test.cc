#include "compare/conclusion.h"

#include <catch2/catch.hpp>

#include "tests/unit/compare/sample.h"

using namespace lab;

namespace {

// One cold cell with these gains, and one warm cell with this waste, for each arm besides `none`.
struct Outcome {
  Arm arm;
  Milliseconds gain;
  double waste;
};

PageResult page_with(const std::vector<Outcome>& outcomes) {
  PageResult page{.path = "/", .cells = {}};
  for (const Cache cache : {Cache::cold, Cache::warm}) {
    Cell cell;
    cell.conditions.think = 200;
    cell.conditions.cache = cache;
    cell.arms.push_back(sample_arm(cell.conditions, Arm::none, 660, 0));
    for (const Outcome& one : outcomes) {
      const bool cold = cache == Cache::cold;
      cell.arms.push_back(sample_arm(cell.conditions, one.arm, 660, cold ? one.gain : 0));
      cell.arms.back().wasted = about(cold ? 0 : one.waste, 0);
    }
    page.cells.push_back(std::move(cell));
  }
  return page;
}

}  // namespace

TEST_CASE("the arm that gains most is advised") {
  CHECK(conclude(page_with({{Arm::link, 20, 0}, {Arm::early_hints, 190, 0}})).advice ==
        Arm::early_hints);
  CHECK(conclude(page_with({{Arm::early_hints, 90, 0}, {Arm::push, 190, 0}})).advice == Arm::push);
}

TEST_CASE("of two that gain about as much, the one that wastes less is advised") {
  CHECK(conclude(page_with({{Arm::early_hints, 190, 0}, {Arm::push, 195, 84'000}})).advice ==
        Arm::early_hints);
  CHECK(conclude(page_with({{Arm::early_hints, 190, 50'000}, {Arm::push, 195, 0}})).advice ==
        Arm::push);
}

TEST_CASE("of two alike in gain and waste, the simpler one is advised") {
  CHECK(conclude(page_with({{Arm::link, 186, 0}, {Arm::early_hints, 190, 0}})).advice == Arm::link);
}

TEST_CASE("where push is best, browsers are not forgotten") {
  CHECK_THAT(conclude(page_with({{Arm::early_hints, 190, 0}, {Arm::push, 290, 0}})).sentence,
             Catch::EndsWith("use Early Hints for browsers, and push for clients that take it."));
  CHECK_THAT(conclude(page_with({{Arm::early_hints, 0, 0}, {Arm::push, 290, 0}})).sentence,
             Catch::EndsWith("use push for clients that take it, which browsers do not."));
}

TEST_CASE("where nothing is better, hints are left off") {
  const Conclusion conclusion = conclude(page_with({{Arm::link, 0, 0}, {Arm::push, -40, 84'000}}));
  CHECK(conclusion.advice == Arm::none);
  CHECK(conclusion.sentence ==
        "At 100 ms and 10 Mbit/s with 200 ms of think time, this page is render-ready with Link on "
        "the answer "
        "neither earlier nor later and push 40 ms (95 % 38 to 42 ms) later; push wastes 84 kB on a "
        "warm cache: "
        "leave hints off for this page.");
}

TEST_CASE(
    "the sentence speaks of the cell nearest to a phone on a fair network and an app that thinks") {
  const Comparison comparison = sample_comparison();
  const Conclusion conclusion = conclude(comparison.pages[0]);
  const Conditions& told = comparison.pages[0].cells[conclusion.headline].conditions;
  CHECK(told.round_trip == 100);
  CHECK(told.think == 200);
  CHECK(told.cache == Cache::cold);
  CHECK(conclusion.sentence ==
        "At 100 ms and 10 Mbit/s with 200 ms of think time, this page is render-ready with Link on "
        "the answer "
        "neither earlier nor later, Early Hints 190 ms (95 % 188 to 192 ms) earlier and push 195 "
        "ms (95 % 193 to 197 ms) "
        "earlier; push wastes 84 kB on a warm cache: use Early Hints.");
}

TEST_CASE("an arm whose loads all failed is not judged") {
  PageResult page = page_with({{Arm::early_hints, 190, 0}, {Arm::push, 250, 0}});
  for (Cell& cell : page.cells) {
    for (PageLoad& load : cell.arms[2].loads) load.failure = "The server reset the connection.";
  }
  CHECK(find_arm(page.cells[0], Arm::push) == nullptr);
  CHECK(conclude(page).advice == Arm::early_hints);
}

TEST_CASE("an arm is advised if it is better in more cells than chance makes it") {
  // With no difference at all an interval of 95 % is above zero in one cell of forty.
  const auto advised = [](std::size_t better, std::size_t cells) {
    PageResult page{.path = "/", .cells = {}};
    for (std::size_t i = 0; i < cells; ++i) {
      Cell cell;
      cell.arms.push_back(sample_arm(cell.conditions, Arm::none, 660, 0));
      cell.arms.push_back(sample_arm(cell.conditions, Arm::link, 660, i < better ? 40 : 0));
      page.cells.push_back(std::move(cell));
    }
    return conclude(page).advice == Arm::link;
  };
  CHECK(advised(1, 1));
  CHECK(advised(1, 2));
  CHECK_FALSE(advised(1, 3));
  CHECK(advised(2, 3));
  CHECK(advised(2, 14));
  CHECK_FALSE(advised(2, 16));
  CHECK(advised(3, 16));
}

TEST_CASE("of too few loads nothing is concluded") {
  PageResult page = page_with({{Arm::link, 0, 0}, {Arm::early_hints, 190, 0}});
  const auto starve = [&page](std::size_t arm) {
    for (Cell& cell : page.cells) {
      cell.arms[arm].pairs = 3;
      cell.arms[arm].verdict = Verdict::equal;
    }
  };
  CHECK(reservation(page).empty());
  starve(2);
  CHECK(conclude(page).advice == Arm::none);
  CHECK_THAT(conclude(page).sentence,
             Catch::Contains("Early Hints earlier or later, too few loads say which"));
  CHECK_THAT(reservation(page), Catch::StartsWith("? is of fewer than 6 pairs of loads"));
  starve(1);
  CHECK(conclude(page).sentence ==
        "Too few loads to tell whether hints do this page good: 6 of each arm are the least.");
}
