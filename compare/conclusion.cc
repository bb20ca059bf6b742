#include "compare/conclusion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "compare/figures.h"

namespace lab {
namespace {

// The conditions that people have in mind when they ask: a phone on a fair network, an app that
// thinks.
constexpr Milliseconds usual_round_trip = 100;
constexpr Milliseconds usual_think = 200;

constexpr double near_share = 0.1;
constexpr Milliseconds near_time = 5;
constexpr double near_bytes = 1000;

bool has_cold_cells(const PageResult& page) {
  return std::any_of(page.cells.begin(), page.cells.end(),
                     [](const Cell& cell) { return cell.conditions.cache == Cache::cold; });
}

struct Standing {
  Arm arm;
  bool counts = false;    // better in more cells than by chance
  double gain = 0;        // mean over the cells that count
  double waste = 0;       // mean over all cells, bytes
  std::size_t cells = 0;  // that count
};

// What chance alone makes of `cells` verdicts: one of forty is `better`, as that many intervals of
// 95 % lie above the truth. Whether it makes as many as `better` in less than one case of twenty.
bool beyond_chance(std::size_t better, std::size_t cells) {
  constexpr double by_chance = 0.025;
  constexpr double seldom = 0.05;
  double exactly = std::pow(1 - by_chance, static_cast<double>(cells));
  double fewer = 0;
  for (std::size_t k = 0; k < better; ++k) {
    fewer += exactly;
    exactly *=
        static_cast<double>(cells - k) / static_cast<double>(k + 1) * by_chance / (1 - by_chance);
  }
  return 1 - fewer < seldom;
}

Standing standing_of(const PageResult& page, Arm arm) {
  Standing standing{.arm = arm};
  const bool cold_only = has_cold_cells(page);
  std::size_t all = 0;
  std::size_t better = 0;
  for (const Cell& cell : page.cells) {
    const ArmResult* result = find_arm(cell, arm);
    if (!result) continue;
    standing.waste += result->wasted.median;
    ++all;
    if (cold_only && cell.conditions.cache != Cache::cold) continue;
    standing.gain += result->render_gain.median;
    ++standing.cells;
    if (result->verdict == Verdict::better) ++better;
  }
  standing.counts = beyond_chance(better, standing.cells);
  if (standing.cells > 0) standing.gain /= static_cast<double>(standing.cells);
  if (all > 0) standing.waste /= static_cast<double>(all);
  return standing;
}

Arm advice_for(const PageResult& page) {
  std::vector<Standing> candidates;
  for (const Arm arm : all_arms) {
    if (arm == Arm::none) continue;
    const Standing standing = standing_of(page, arm);
    if (standing.counts && standing.gain > 0) candidates.push_back(standing);
  }
  if (candidates.empty()) return Arm::none;
  double best = 0;
  for (const Standing& one : candidates) best = std::max(best, one.gain);
  const double enough = best - std::max(near_time, near_share * best);
  std::erase_if(candidates, [enough](const Standing& one) { return one.gain < enough; });
  double least = candidates.front().waste;
  for (const Standing& one : candidates) least = std::min(least, one.waste);
  // all_arms goes from the simple to the involved, and so do the candidates.
  return std::find_if(candidates.begin(), candidates.end(),
                      [least](const Standing& one) { return one.waste <= least + near_bytes; })
      ->arm;
}

double distance(const Conditions& conditions) {
  double distance = std::abs(std::log2((conditions.round_trip + 1) / (usual_round_trip + 1))) +
                    std::abs(std::log2((conditions.think + 1) / (usual_think + 1)));
  if (conditions.cache != Cache::cold) distance += 100;
  if (conditions.connection != Connection::fresh) distance += 10;
  if (conditions.live) distance += 5;
  return distance;
}

// The cell nearest to the usual conditions in which all arms could be measured.
std::size_t headline_of(const PageResult& page) {
  std::size_t nearest = 0;
  std::optional<double> least;
  for (std::size_t i = 0; i < page.cells.size(); ++i) {
    const Cell& cell = page.cells[i];
    const bool whole = std::all_of(cell.arms.begin(), cell.arms.end(),
                                   [](const ArmResult& arm) { return successes(arm) > 0; });
    const double far = distance(cell.conditions) + (whole ? 0 : 1000);
    if (least && far >= *least) continue;
    least = far;
    nearest = i;
  }
  return nearest;
}

std::string gain_sentence(const ArmResult& result) {
  if (result.too_few())
    return fmt::format("{} earlier or later, too few loads say which", arm_text(result.arm));
  switch (result.verdict) {
    case Verdict::better:
      return fmt::format("{} {} earlier", arm_text(result.arm), estimate_text(result.render_gain));
    case Verdict::worse: {
      const Estimate late{.low = -result.render_gain.high,
                          .median = -result.render_gain.median,
                          .high = -result.render_gain.low};
      return fmt::format("{} {} later", arm_text(result.arm), estimate_text(late));
    }
    case Verdict::equal:
      return fmt::format("{} neither earlier nor later", arm_text(result.arm));
  }
  return "";
}

std::string_view cache_text(Cache cache) {
  return cache == Cache::partly ? "partly warm" : name_of(cache);
}

// "push wastes 84 kB on a warm cache", for arms that waste anything worth a word.
std::vector<std::string> waste_sentences(const PageResult& page) {
  std::vector<std::string> sentences;
  for (const Arm arm : all_arms) {
    const ArmResult* worst = nullptr;
    Cache cache = Cache::cold;
    for (const Cell& cell : page.cells) {
      const ArmResult* result = find_arm(cell, arm);
      if (!result || result->wasted.median < near_bytes) continue;
      if (worst && result->wasted.median <= worst->wasted.median) continue;
      worst = result;
      cache = cell.conditions.cache;
    }
    if (!worst) continue;
    sentences.push_back(fmt::format("{} wastes {} on a {} cache", arm_text(arm),
                                    bytes_text(worst->wasted.median), cache_text(cache)));
  }
  return sentences;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

// Whether `holds` for some arm that is compared with `none`.
template <typename Predicate>
bool any_compared(const PageResult& page, Predicate holds) {
  return std::any_of(page.cells.begin(), page.cells.end(), [&](const Cell& cell) {
    return std::any_of(all_arms.begin(), all_arms.end(), [&](Arm arm) {
      const ArmResult* result = arm == Arm::none ? nullptr : find_arm(cell, arm);
      return result && std::invoke(holds, *result);
    });
  });
}

std::string advice_text(const PageResult& page, Arm advice) {
  switch (advice) {
    case Arm::none:
      return "leave hints off for this page";
    case Arm::link:
      return "put Link on the answer";
    case Arm::early_hints:
      return "use Early Hints";
    case Arm::push:
      // Browsers have given push up.
      return standing_of(page, Arm::early_hints).counts
                 ? "use Early Hints for browsers, and push for clients that take it"
                 : "use push for clients that take it, which browsers do not";
    case Arm::push_early_hints:
      return "use push with Early Hints";
  }
  return "";
}

}  // namespace

std::size_t successes(const ArmResult& result) {
  return static_cast<std::size_t>(
      std::count_if(result.loads.begin(), result.loads.end(),
                    [](const PageLoad& load) { return load.failure.empty(); }));
}

std::string reservation(const PageResult& page) {
  if (!any_compared(page, &ArmResult::too_few)) return {};
  return fmt::format(
      "? is of fewer than {0} pairs of loads, too few to tell a difference from chance: "
      "give --runs {0} or more.",
      least_pairs);
}

const ArmResult* find_arm(const Cell& cell, Arm arm) {
  const auto found = std::find_if(cell.arms.begin(), cell.arms.end(),
                                  [arm](const ArmResult& result) { return result.arm == arm; });
  return found == cell.arms.end() || successes(*found) == 0 ? nullptr : &*found;
}

Conclusion conclude(const PageResult& page) {
  Conclusion conclusion{.advice = advice_for(page), .headline = headline_of(page), .sentence = {}};
  const Cell& cell = page.cells[conclusion.headline];
  std::vector<std::string> gains;
  for (const Arm arm : all_arms) {
    const ArmResult* result = arm == Arm::none ? nullptr : find_arm(cell, arm);
    if (result) gains.push_back(gain_sentence(*result));
  }
  if (gains.empty()) {
    conclusion.sentence = "Nothing could be compared: no arm but the plain one was measured here.";
    return conclusion;
  }
  if (!any_compared(page, [](const ArmResult& result) { return !result.too_few(); })) {
    conclusion.sentence = fmt::format(
        "Too few loads to tell whether hints do this page good: {} of each arm are the least.",
        least_pairs);
    return conclusion;
  }
  std::string sentence = fmt::format("At {} and {:g} Mbit/s", time_text(cell.conditions.round_trip),
                                     cell.conditions.down);
  if (cell.conditions.think > 0) {
    sentence += fmt::format(" with {} of think time", time_text(cell.conditions.think));
  }
  if (cell.conditions.cache != Cache::cold) {
    sentence += fmt::format(" and a {} cache", cache_text(cell.conditions.cache));
  }
  sentence += ", this page is render-ready with " + joined(gains);
  const std::vector<std::string> wastes = waste_sentences(page);
  if (!wastes.empty()) sentence += "; " + joined(wastes);
  conclusion.sentence = sentence + ": " + advice_text(page, conclusion.advice) + ".";
  return conclusion;
}

}  // namespace lab
