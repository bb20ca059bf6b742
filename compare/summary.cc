#include "compare/summary.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "compare/random.h"
#include "compare/statistics.h"

namespace lab {
namespace {

using Time = std::optional<Milliseconds> PageLoad::*;

std::vector<double> values_of(const std::vector<PageLoad>& loads, Time time) {
  std::vector<double> values;
  for (const PageLoad& load : loads) {
    if (load.failure.empty() && load.*time) values.push_back(*(load.*time));
  }
  return values;
}

// How much earlier each load of `loads` was than that of the same round without hints.
std::vector<double> gains_of(const std::vector<PageLoad>& plain, const std::vector<PageLoad>& loads,
                             Time time) {
  std::vector<double> gains;
  for (std::size_t i = 0; i < std::min(plain.size(), loads.size()); ++i) {
    if (!plain[i].failure.empty() || !loads[i].failure.empty()) continue;
    if (plain[i].*time && loads[i].*time) gains.push_back(*(plain[i].*time) - *(loads[i].*time));
  }
  return gains;
}

std::vector<double> waste_of(const std::vector<PageLoad>& loads) {
  std::vector<double> values;
  for (const PageLoad& load : loads) {
    if (load.failure.empty()) values.push_back(static_cast<double>(load.wasted));
  }
  return values;
}

std::vector<double> event_delays_of(const std::vector<PageLoad>& loads) {
  std::vector<double> values;
  for (const PageLoad& load : loads) {
    values.insert(values.end(), load.event_delays.begin(), load.event_delays.end());
  }
  return values;
}

std::size_t representative_of(const std::vector<PageLoad>& loads, double middle) {
  std::size_t nearest = 0;
  double least = -1;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    if (!loads[i].failure.empty() || !loads[i].render_ready) continue;
    const double apart = std::abs(*loads[i].render_ready - middle);
    if (least >= 0 && apart >= least) continue;
    least = apart;
    nearest = i;
  }
  return nearest;
}

Verdict verdict_of(const ArmResult& result) {
  const Estimate& gain = result.render_gain;
  if (result.too_few() || !gain.excludes_zero() || std::abs(gain.median) < least_difference)
    return Verdict::equal;
  return gain.median > 0 ? Verdict::better : Verdict::worse;
}

ArmResult summarised(ArmResult result, const std::vector<PageLoad>* plain, std::uint64_t seed) {
  result.render_ready = estimate(values_of(result.loads, &PageLoad::render_ready), seed);
  result.load = estimate(values_of(result.loads, &PageLoad::load), seed);
  result.wasted = estimate(waste_of(result.loads), seed);
  result.representative = representative_of(result.loads, result.render_ready.median);
  if (const auto delays = event_delays_of(result.loads); !delays.empty()) {
    result.event_delay = estimate(delays, seed);
  }
  if (!plain) return result;
  const std::vector<double> gains = gains_of(*plain, result.loads, &PageLoad::render_ready);
  result.pairs = gains.size();
  result.render_gain = estimate(gains, seed);
  result.load_gain = estimate(gains_of(*plain, result.loads, &PageLoad::load), seed);
  result.verdict = verdict_of(result);
  return result;
}

}  // namespace

Cell summarised(Cell cell, std::uint64_t seed) {
  const auto none = std::find_if(cell.arms.begin(), cell.arms.end(),
                                 [](const ArmResult& result) { return result.arm == Arm::none; });
  std::vector<PageLoad> plain;
  if (none != cell.arms.end()) plain = none->loads;
  for (ArmResult& result : cell.arms) {
    const Arm arm = result.arm;
    result = summarised(std::move(result), arm == Arm::none || plain.empty() ? nullptr : &plain,
                        derived(seed, static_cast<std::uint64_t>(arm)));
  }
  return cell;
}

}  // namespace lab
