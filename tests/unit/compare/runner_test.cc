#include "compare/runner.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>
#include <set>
#include <stdexcept>

#include "compare/random.h"

using namespace lab;

namespace {

// Loads nothing: a load is what its trial says, with chance from its seed alone.
class ScriptedBench final : public Bench {
 public:
  PageLoad load(const Trial& trial) override {
    Random random(trial.seed);
    const Milliseconds common = trial.conditions.round_trip * (4 + random.uniform());
    PageLoad load;
    load.final_headers = trial.conditions.round_trip;
    load.document = trial.conditions.round_trip + 5;
    load.render_ready = common - (trial.arm == Arm::push ? trial.conditions.round_trip : 0);
    load.load = *load.render_ready + 10;
    load.resources.resize(1);
    load.resources.front().kind = Kind::document;
    return load;
  }
};

Runner::Options options_of(std::size_t runs, std::size_t threads = 1) {
  Runner::Options options;
  options.pages = {"/", "/other"};
  for (const Milliseconds round_trip : {20.0, 100.0}) {
    options.cells.emplace_back();
    options.cells.back().round_trip = round_trip;
  }
  options.arms = {Arm::none, Arm::push};
  options.runs = runs;
  options.seed = 7;
  options.threads = threads;
  return options;
}

std::unique_ptr<Bench> scripted() { return std::make_unique<ScriptedBench>(); }

// Remembers what was loaded, and in which order.
class NotingBench final : public Bench {
 public:
  explicit NotingBench(std::vector<Trial>& trials) : trials_(trials) {}
  PageLoad load(const Trial& trial) override {
    trials_.push_back(trial);
    return ScriptedBench().load(trial);
  }

 private:
  std::vector<Trial>& trials_;
};

}  // namespace

TEST_CASE("every page is loaded under all conditions by every arm, as often as asked") {
  const auto pages = Runner(options_of(30)).run(scripted, nullptr, {});
  REQUIRE(pages.size() == 2);
  CHECK(pages[1].path == "/other");
  REQUIRE(pages[0].cells.size() == 2);
  for (const Cell& cell : pages[0].cells) {
    REQUIRE(cell.arms.size() == 2);
    CHECK(cell.arms[0].loads.size() == 30);
    CHECK(cell.arms[1].render_gain.median == Approx(cell.conditions.round_trip));
    CHECK(cell.arms[1].verdict == Verdict::better);
    CHECK(cell.arms[1].model_gain == Approx(0));
    CHECK(cell.arms[1].departs_from_model);
  }
}

TEST_CASE("rounds follow each other, and within one the order is random and the seed shared") {
  std::vector<Trial> trials;
  Runner(options_of(20)).run([&] { return std::make_unique<NotingBench>(trials); }, nullptr, {});
  REQUIRE(trials.size() == 20 * 8);
  int none_first = 0;
  for (std::size_t round = 0; round < 20; ++round) {
    std::set<std::tuple<std::string, double, Arm>> places;
    std::set<std::uint64_t> seeds;
    for (std::size_t i = 0; i < 8; ++i) {
      const Trial& trial = trials[round * 8 + i];
      places.emplace(trial.page, trial.conditions.round_trip, trial.arm);
      seeds.insert(trial.seed);
    }
    CHECK(places.size() == 8);
    CHECK(seeds.size() == 4);
    if (trials[round * 8].arm == Arm::none) ++none_first;
  }
  CHECK(none_first > 2);
  CHECK(none_first < 18);
}

TEST_CASE("results do not depend on the number of threads") {
  const auto times = [](std::size_t threads) {
    std::vector<double> all;
    for (const PageResult& page : Runner(options_of(10, threads)).run(scripted, nullptr, {})) {
      for (const Cell& cell : page.cells) {
        for (const ArmResult& arm : cell.arms) {
          for (const PageLoad& load : arm.loads) all.push_back(*load.render_ready);
          all.push_back(arm.render_gain.low);
          all.push_back(arm.render_ready.high);
        }
      }
    }
    return all;
  };
  CHECK(times(1) == times(3));
}

TEST_CASE("rounds of warming up do not count") {
  Runner::Options options = options_of(5);
  options.warm_up = 2;
  std::vector<Trial> trials;
  const auto pages =
      Runner(options).run([&] { return std::make_unique<NotingBench>(trials); }, nullptr, {});
  CHECK(trials.size() == 7 * 8);
  CHECK(pages[0].cells[0].arms[0].loads.size() == 5);
}

TEST_CASE("progress says how much is done and how long the rest will take") {
  std::vector<Progress> seen;
  Runner(options_of(3)).run(scripted, [&](const Progress& now) { seen.push_back(now); }, {});
  REQUIRE(seen.size() == 3 * 8);
  CHECK(seen.front().done == 1);
  CHECK(seen.front().total == 3 * 8);
  CHECK(seen.front().left.count() > 0);
  CHECK(seen.back().done == 3 * 8);
  CHECK(seen.back().left.count() == 0);
}

TEST_CASE("when told to stop, the rounds that all arms have been through are kept") {
  std::stop_source source;
  const auto stop_at = [&](std::size_t count) {
    return [&source, count](const Progress& now) {
      if (now.done == count) source.request_stop();
    };
  };
  SECTION("in the middle of the third round") {
    const auto pages = Runner(options_of(10)).run(scripted, stop_at(20), source.get_token());
    for (const PageResult& page : pages) {
      for (const Cell& cell : page.cells) {
        const std::size_t rounds = cell.arms[0].loads.size();
        CHECK((rounds == 2 || rounds == 3));
        CHECK(cell.arms[1].loads.size() == rounds);
      }
    }
  }
  SECTION("before any arm could be compared") {
    const auto pages = Runner(options_of(10)).run(scripted, stop_at(1), source.get_token());
    CHECK(pages.size() == 2);
    CHECK(pages[0].cells.empty());
    CHECK(pages[1].cells.empty());
  }
}

TEST_CASE("what a bench throws ends the run") {
  struct Broken final : Bench {
    PageLoad load(const Trial&) override { throw std::runtime_error("the disk is gone"); }
  };
  const auto broken = []() -> std::unique_ptr<Bench> { return std::make_unique<Broken>(); };
  CHECK_THROWS_WITH(Runner(options_of(3, 2)).run(broken, nullptr, {}), "the disk is gone");
}
