// FieldStudy: what visitors' own browsers report of their visits, by the arm that each visit was
// put into at random, and whether the arms differ. One per worker; a few numbers for each arm and
// metric, however many visits there are, and those of several workers can be summed up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "hints/decision.h"

namespace hints {

// What is compared: two ways to tell of the same pages.
struct Experiment {
  struct Arm {
    std::string_view name;  // that of its mode
    Mode mode = Mode::automatic;
  };
  std::array<Arm, 2> arms;

  // "early-hints vs link". None if it is not two different modes.
  static std::optional<Experiment> parse(std::string_view text);
};

// Milliseconds after the start of the navigation.
enum class Metric { first_interim, final_headers, first_paint, largest_paint };
inline constexpr std::size_t metric_count = 4;
std::string_view words(Metric metric);  // "first-contentful-paint"

// One visit.
struct FieldReport {
  std::string_view arm;  // valid during the call only
  std::array<std::optional<double>, metric_count> milliseconds;
  std::uint64_t early = 0;   // resources that the 103 made the browser fetch
  std::uint64_t cached = 0;  // resources that came from its cache
};

// The mean and the spread of the logarithms of times, for those are spread evenly about their mean,
// and times are not. Pure, exact to add up (Welford; Chan for sums).
class LogTimes {
 public:
  void add(double milliseconds);
  void add(const LogTimes& more);
  std::uint64_t count() const { return count_; }
  double mean() const { return mean_; }
  double variance() const { return count_ < 2 ? 0 : squares_ / static_cast<double>(count_ - 1); }
  double geometric_mean() const;  // milliseconds

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

struct ArmTotals {
  std::uint64_t visits = 0;
  std::uint64_t early = 0;
  std::uint64_t cached = 0;
  std::array<LogTimes, metric_count> times;
  void add(const ArmTotals& more);
};
using FieldTotals = std::array<ArmTotals, 2>;

// How the first arm compares with the second in one metric.
struct Difference {
  enum class Verdict { too_few, none_seen, faster, slower };
  Verdict verdict = Verdict::too_few;
  double ratio = 1;  // of the geometric means
  double low = 1;    // its 95 % interval
  double high = 1;
  std::uint64_t visits_needed = 0;  // in each arm, to see a difference of 5 %; 0: not known yet
};
Difference compare(const LogTimes& first, const LogTimes& second);
// "early-hints is 12.0 % faster than link (95 % interval: 5.1 % to 18.4 % faster)".
std::string sentence(const Difference& difference, const Experiment& experiment);

class FieldStudy {
 public:
  static constexpr std::uint64_t least_visits = 30;  // in each arm

  explicit FieldStudy(Experiment experiment, std::uint64_t seed)
      : experiment_(experiment), random_(seed) {}

  const Experiment& experiment() const { return experiment_; }
  // The arm of the next visit.
  const Experiment::Arm& draw() { return experiment_.arms[random_() >> 31 & 1U]; }
  // False if it is of no arm of this experiment.
  bool record(const FieldReport& report);
  const FieldTotals& totals() const { return totals_; }

 private:
  const Experiment experiment_;
  std::mt19937_64 random_;
  FieldTotals totals_;
};

}  // namespace hints
