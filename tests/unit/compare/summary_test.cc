#include "compare/summary.h"

#include <catch2/catch.hpp>

#include "compare/random.h"

using namespace lab;

namespace {

PageLoad loaded(Milliseconds ready, std::uint64_t wasted = 0) {
  PageLoad load;
  load.render_ready = ready;
  load.load = ready + 50;
  load.wasted = wasted;
  return load;
}

// Thirty rounds that vary by far more than the arms differ, alike in both.
Cell cell_of(Milliseconds gain) {
  Cell cell;
  cell.arms.resize(2);
  cell.arms[0].arm = Arm::none;
  cell.arms[1].arm = Arm::push;
  Random random(11);
  for (int round = 0; round < 30; ++round) {
    const Milliseconds common = 300 + 200 * random.uniform();
    cell.arms[0].loads.push_back(loaded(common));
    cell.arms[1].loads.push_back(loaded(common - gain + random.uniform() - 0.5, 84'000));
  }
  return cell;
}

}  // namespace

TEST_CASE("a gain is the difference within a round, so what both arms suffer does not hide it") {
  const Cell cell = summarised(cell_of(10), 1);
  const ArmResult& push = cell.arms[1];
  CHECK(push.render_gain.median == Approx(10).margin(0.5));
  CHECK(push.render_gain.high - push.render_gain.low < 1);
  CHECK(push.render_ready.high - push.render_ready.low > 20);
  CHECK(push.load_gain.median == Approx(push.render_gain.median));
  CHECK(push.verdict == Verdict::better);
  CHECK(push.wasted.median == 84'000);
  CHECK(cell.arms[0].verdict == Verdict::equal);
}

TEST_CASE("a verdict needs an interval without zero and a difference that could be seen") {
  CHECK(summarised(cell_of(-10), 1).arms[1].verdict == Verdict::worse);
  CHECK(summarised(cell_of(0), 1).arms[1].verdict == Verdict::equal);
  const Cell tiny = summarised(cell_of(0.6), 1);
  CHECK(tiny.arms[1].render_gain.excludes_zero());
  CHECK(tiny.arms[1].verdict == Verdict::equal);
}

TEST_CASE("fewer than six pairs settle nothing, however much they agree") {
  const auto judged = [](std::size_t pairs) {
    Cell cell = cell_of(10);
    for (ArmResult& result : cell.arms) result.loads.resize(pairs);
    return summarised(cell, 1).arms[1];
  };
  for (const std::size_t pairs : {1U, 3U, 5U}) {
    CHECK(judged(pairs).pairs == pairs);
    CHECK(judged(pairs).too_few());
    CHECK(judged(pairs).render_gain.excludes_zero());
    CHECK(judged(pairs).verdict == Verdict::equal);
  }
  CHECK_FALSE(judged(6).too_few());
  CHECK(judged(6).verdict == Verdict::better);
}

TEST_CASE("a pair in which one load failed says nothing") {
  Cell cell = cell_of(10);
  cell.arms[1].loads[3].failure = "the server reset the page's stream";
  cell.arms[0].loads[5].failure = "the server reset the page's stream";
  cell.arms[1].loads[3].render_ready = 1e9;
  const Cell found = summarised(cell, 1);
  CHECK(found.arms[1].render_gain.median == Approx(10).margin(0.5));
  CHECK(found.arms[1].pairs == 28);
  CHECK(found.arms[1].render_ready.high < 600);
}

TEST_CASE("the representative load is the one in the middle") {
  const Cell cell = summarised(cell_of(10), 1);
  for (const ArmResult& result : cell.arms) {
    CHECK(*result.loads[result.representative].render_ready ==
          Approx(result.render_ready.median).margin(20));
  }
}

TEST_CASE("events of a live stream are told of over all loads") {
  Cell cell = cell_of(10);
  CHECK_FALSE(summarised(cell, 1).arms[0].event_delay);
  for (PageLoad& load : cell.arms[0].loads) load.event_delays = {50, 60, 70};
  CHECK(summarised(cell, 1).arms[0].event_delay->median == 60);
}
