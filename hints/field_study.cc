#include "hints/field_study.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "server/http/headers.h"

namespace hints {
namespace {

constexpr double shortest = 0.1;      // milliseconds; browsers round to a tenth
constexpr double longest = 120'000;   // milliseconds; whoever reports more was asleep
constexpr double normal_95 = 1.96;    // both sides
constexpr double normal_80 = 0.8416;  // one side: the power of the visits needed
constexpr double worth_seeing = 1.05;

std::optional<Experiment::Arm> arm_of(std::string_view name) {
  for (const Mode mode : {Mode::automatic, Mode::early_hints, Mode::push, Mode::push_early_hints,
                          Mode::link, Mode::off}) {
    if (words(mode) == name) return Experiment::Arm{words(mode), mode};
  }
  return std::nullopt;
}

// "12.0 % faster", of a ratio of times.
std::string percent(double ratio) {
  char text[48];
  std::snprintf(text, sizeof text, "%.1f %% %s", std::abs(1 - ratio) * 100,
                ratio < 1 ? "faster" : "slower");
  return text;
}

}  // namespace

std::optional<Experiment> Experiment::parse(std::string_view text) {
  const auto between = text.find(" vs ");
  if (between == std::string_view::npos) return std::nullopt;
  const auto first = arm_of(http::trim(text.substr(0, between)));
  const auto second = arm_of(http::trim(text.substr(between + 4)));
  if (!first || !second || first->mode == second->mode) return std::nullopt;
  return Experiment{{*first, *second}};
}

std::string_view words(Metric metric) {
  switch (metric) {
    case Metric::first_interim:
      return "first-interim-response";
    case Metric::final_headers:
      return "final-response-headers";
    case Metric::first_paint:
      return "first-contentful-paint";
    case Metric::largest_paint:
      return "largest-contentful-paint";
  }
  return "";
}

// ------------------------------------------------------------------------------------ statistics

void LogTimes::add(double milliseconds) {
  const double value = std::log(std::clamp(milliseconds, shortest, longest));
  const double before = value - mean_;
  mean_ += before / static_cast<double>(++count_);
  squares_ += before * (value - mean_);
}

void LogTimes::add(const LogTimes& more) {
  if (more.count_ == 0) return;
  const auto own = static_cast<double>(count_);
  const auto others = static_cast<double>(more.count_);
  const double apart = more.mean_ - mean_;
  squares_ += more.squares_ + apart * apart * own * others / (own + others);
  mean_ += apart * others / (own + others);
  count_ += more.count_;
}

double LogTimes::geometric_mean() const { return count_ == 0 ? 0 : std::exp(mean_); }

void ArmTotals::add(const ArmTotals& more) {
  visits += more.visits;
  early += more.early;
  cached += more.cached;
  for (std::size_t i = 0; i < metric_count; ++i) times[i].add(more.times[i]);
}

Difference compare(const LogTimes& first, const LogTimes& second) {
  Difference result;
  const auto least = std::min(first.count(), second.count());
  if (least < 2) return result;
  const double apart = first.mean() - second.mean();
  const double error = std::sqrt(first.variance() / static_cast<double>(first.count()) +
                                 second.variance() / static_cast<double>(second.count()));
  result.ratio = std::exp(apart);
  result.low = std::exp(apart - normal_95 * error);
  result.high = std::exp(apart + normal_95 * error);
  const double effect = (normal_95 + normal_80) / std::log(worth_seeing);
  const double needed = (first.variance() + second.variance()) * effect * effect;
  result.visits_needed =
      std::max(FieldStudy::least_visits, static_cast<std::uint64_t>(std::ceil(needed)));
  if (least < FieldStudy::least_visits) return result;
  if (result.high < 1) {
    result.verdict = Difference::Verdict::faster;
  } else if (result.low > 1) {
    result.verdict = Difference::Verdict::slower;
  } else if (least >= result.visits_needed) {
    result.verdict = Difference::Verdict::none_seen;
  }
  return result;
}

std::string sentence(const Difference& difference, const Experiment& experiment) {
  const std::string first(experiment.arms[0].name);
  const std::string second(experiment.arms[1].name);
  if (difference.verdict == Difference::Verdict::too_few) {
    std::string text = "too few visits to tell";
    if (difference.visits_needed == 0) return text;
    return text + ": about " + std::to_string(difference.visits_needed) +
           " in each arm show a difference of 5 %";
  }
  const std::string interval =
      " (95 % interval: " + percent(difference.low) + " to " + percent(difference.high) + ")";
  if (difference.verdict == Difference::Verdict::none_seen) {
    return "no difference between " + first + " and " + second + interval;
  }
  return first + " is " + percent(difference.ratio) + " than " + second + interval;
}

// ----------------------------------------------------------------------------------------- study

bool FieldStudy::record(const FieldReport& report) {
  const auto arm = std::ranges::find(experiment_.arms, report.arm, &Experiment::Arm::name);
  if (arm == experiment_.arms.end()) return false;
  ArmTotals& totals = totals_[static_cast<std::size_t>(arm - experiment_.arms.begin())];
  ++totals.visits;
  totals.early += report.early;
  totals.cached += report.cached;
  for (std::size_t i = 0; i < metric_count; ++i) {
    if (report.milliseconds[i]) totals.times[i].add(*report.milliseconds[i]);
  }
  return true;
}

}  // namespace hints
