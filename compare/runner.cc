#include "compare/runner.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "compare/model.h"
#include "compare/random.h"
#include "compare/summary.h"

namespace lab {

// Of one load in the matrix.
struct Runner::Place {
  std::size_t page;
  std::size_t cell;
  std::size_t round;
  std::size_t arm;
};

// What the threads of one run share.
class Runner::Shift {
 public:
  Shift(const Options& options, std::size_t total, const Report& report)
      : rounds_(options.warm_up + options.runs),
        arms_(options.arms.size()),
        cells_(options.cells.size()),
        loads_(options.pages.size() * cells_ * rounds_ * arms_),
        progress_{.done = 0, .total = total, .elapsed = {}, .left = {}},
        report_(report),
        began_(std::chrono::steady_clock::now()) {}

  std::atomic<std::size_t> next = 0;  // of the order, to be taken

  // Each place is one thread's, until all have ended.
  std::optional<PageLoad>& at(const Place& place) {
    return loads_[((place.page * cells_ + place.cell) * rounds_ + place.round) * arms_ + place.arm];
  }
  void note_done() {
    const std::lock_guard lock(mutex_);
    ++progress_.done;
    progress_.elapsed = std::chrono::steady_clock::now() - began_;
    const auto rest = static_cast<double>(progress_.total - progress_.done);
    progress_.left = progress_.elapsed * (rest / static_cast<double>(progress_.done));
    if (report_) report_(progress_);
  }
  // The first fault ends the run.
  void note_fault(std::exception_ptr fault) {
    const std::lock_guard lock(mutex_);
    if (!fault_) fault_ = std::move(fault);
    failed_ = true;
  }
  bool failed() const { return failed_; }
  void rethrow() const {
    if (fault_) std::rethrow_exception(fault_);
  }

 private:
  const std::size_t rounds_;
  const std::size_t arms_;
  const std::size_t cells_;
  std::vector<std::optional<PageLoad>> loads_;
  std::mutex mutex_;  // guards what follows
  Progress progress_;
  const Report& report_;
  const std::chrono::steady_clock::time_point began_;
  std::exception_ptr fault_;
  std::atomic<bool> failed_ = false;
};

std::vector<Runner::Place> Runner::order() const {
  std::vector<Place> all;
  for (std::size_t round = 0; round < options_.warm_up + options_.runs; ++round) {
    const std::size_t begin = all.size();
    for (std::size_t page = 0; page < options_.pages.size(); ++page) {
      for (std::size_t cell = 0; cell < options_.cells.size(); ++cell) {
        for (std::size_t arm = 0; arm < options_.arms.size(); ++arm) {
          all.push_back({page, cell, round, arm});
        }
      }
    }
    Random random(derived(options_.seed, round));
    random.shuffle(std::span(all).subspan(begin));
  }
  return all;
}

std::uint64_t Runner::seed_of(const Place& place) const {
  return derived(derived(derived(options_.seed, place.page), place.cell), place.round);
}

Trial Runner::trial_at(const Place& place) const {
  return {.page = options_.pages[place.page],
          .conditions = options_.cells[place.cell],
          .arm = options_.arms[place.arm],
          .seed = seed_of(place)};
}

std::vector<PageResult> Runner::run(const MakeBench& make_bench, const Report& report,
                                    std::stop_token stop) const {
  const std::vector<Place> places = order();
  Shift shift(options_, places.size(), report);
  const auto work = [&] {
    try {
      const std::unique_ptr<Bench> bench = make_bench();
      while (!stop.stop_requested() && !shift.failed()) {
        const std::size_t mine = shift.next++;
        if (mine >= places.size()) break;
        shift.at(places[mine]) = bench->load(trial_at(places[mine]));
        shift.note_done();
      }
    } catch (...) {
      shift.note_fault(std::current_exception());
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < options_.threads; ++i) others.emplace_back(work);
    work();
  }
  shift.rethrow();
  return gather(shift);
}

// Only of rounds that all arms have been through.
Cell Runner::gather(Shift& shift, std::size_t page, std::size_t cell) const {
  Cell found{.conditions = options_.cells[cell], .arms = {}};
  for (const Arm arm : options_.arms) {
    found.arms.emplace_back();
    found.arms.back().arm = arm;
  }
  for (std::size_t round = options_.warm_up; round < options_.warm_up + options_.runs; ++round) {
    bool whole = true;
    for (std::size_t arm = 0; arm < options_.arms.size(); ++arm) {
      whole &= shift.at({page, cell, round, arm}).has_value();
    }
    if (!whole) continue;
    for (std::size_t arm = 0; arm < options_.arms.size(); ++arm) {
      found.arms[arm].loads.push_back(std::move(*shift.at({page, cell, round, arm})));
    }
  }
  return found;
}

std::vector<PageResult> Runner::gather(Shift& shift) const {
  std::vector<PageResult> pages;
  for (std::size_t page = 0; page < options_.pages.size(); ++page) {
    PageResult result{.path = options_.pages[page], .cells = {}};
    for (std::size_t cell = 0; cell < options_.cells.size(); ++cell) {
      Cell found = gather(shift, page, cell);
      if (found.arms.empty() || found.arms.front().loads.empty()) continue;
      const std::uint64_t seed = seed_of({page, cell, 0, 0});
      result.cells.push_back(with_predictions(summarised(std::move(found), seed)));
    }
    pages.push_back(std::move(result));
  }
  return pages;
}

}  // namespace lab
