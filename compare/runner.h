// Runner: goes through the matrix: every page under all conditions by every arm, round after round,
// each round in a random order of its own, so that whatever drifts meanwhile falls on all arms
// alike. Who loads the pages is a Bench's business.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "compare/result.h"

namespace lab {

// One load to be made. Chance in it comes from `seed` alone, which the arms of a round share.
struct Trial {
  std::string page;
  Conditions conditions;
  Arm arm = Arm::none;
  std::uint64_t seed = 0;
};

// Where pages are loaded, one at a time, on one thread.
class Bench {
 public:
  virtual ~Bench() = default;
  // What goes wrong with the page is in the load. Throws for what makes all further loads
  // pointless.
  virtual PageLoad load(const Trial& trial) = 0;
};

struct Progress {
  std::size_t done = 0;
  std::size_t total = 0;  // loads
  std::chrono::duration<double> elapsed{};
  std::chrono::duration<double> left{};  // at the pace so far
};

class Runner {
 public:
  struct Options {
    std::vector<std::string> pages;
    std::vector<Conditions> cells;
    std::vector<Arm> arms{all_arms.begin(), all_arms.end()};
    std::size_t runs = 30;
    std::size_t warm_up = 0;  // rounds before them, which do not count
    std::uint64_t seed = 1;
    // Benches that load at the same time. What is measured in virtual time does not depend on it.
    std::size_t threads = 1;
  };
  using MakeBench = std::function<std::unique_ptr<Bench>()>;  // on the thread that will use it
  using Report = std::function<void(const Progress&)>;        // on any thread, one at a time

  explicit Runner(Options options) : options_(std::move(options)) {}

  // Until all is done, or `stop` is asked for: then of each cell the rounds count that all arms
  // have been through, and cells without any are left out. Throws what a bench has thrown.
  std::vector<PageResult> run(const MakeBench& make_bench, const Report& report,
                              std::stop_token stop) const;

 private:
  struct Place;
  class Shift;
  std::vector<Place> order() const;
  std::uint64_t seed_of(const Place& place) const;
  Trial trial_at(const Place& place) const;
  std::vector<PageResult> gather(Shift& shift) const;
  Cell gather(Shift& shift, std::size_t page, std::size_t cell) const;

  const Options options_;
};

}  // namespace lab
