#include "hints/route_report.h"

#include <algorithm>
#include <utility>

namespace hints {
namespace {

constexpr std::size_t enough_answers = 4;  // in each half
constexpr std::uint64_t enough_told = 16;

AssetReport report(const AssetHistory& asset) {
  return {asset.target, asset.told, asset.taken, asset.wasted,
          asset.usage.demoted() ? std::size_t{1} : 0};
}

RouteReport report(const RouteHistory& route) {
  RouteReport one;
  one.name = route.name;
  one.visits = route.visits;
  one.hints = route.hints;
  one.pushes = route.pushes;
  one.told = route.told;
  one.taken = route.taken;
  one.wasted = route.wasted;
  one.told_lately = route.lately.tries();
  one.taken_lately = route.lately.hits();
  auto think = route.answers(RouteHistory::Visitor::anonymous).think.latest();
  if (think.empty()) think = route.answers(RouteHistory::Visitor::known).think.latest();
  const auto middle = think.begin() + static_cast<std::ptrdiff_t>(think.size() / 2);
  one.think_before.assign(think.begin(), middle);
  one.think_lately.assign(middle, think.end());
  for (const AssetHistory& asset : route.assets) one.assets.push_back(report(asset));
  return one;
}

using Durations = std::vector<ThinkTime::Duration>;

Durations joined(Durations times, const Durations& more) {
  times.insert(times.end(), more.begin(), more.end());
  return times;
}

// Of some.
ThinkTime::Duration median(Durations times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

void add(RouteReport& to, const RouteReport& more) {
  to.visits += more.visits;
  to.hints += more.hints;
  to.pushes += more.pushes;
  to.told += more.told;
  to.taken += more.taken;
  to.wasted += more.wasted;
  to.told_lately += more.told_lately;
  to.taken_lately += more.taken_lately;
  to.think_before = joined(std::move(to.think_before), more.think_before);
  to.think_lately = joined(std::move(to.think_lately), more.think_lately);
  for (const AssetReport& asset : more.assets) {
    const auto same = std::ranges::find(to.assets, asset.target, &AssetReport::target);
    if (same == to.assets.end()) {
      to.assets.push_back(asset);
      continue;
    }
    same->told += asset.told;
    same->taken += asset.taken;
    same->wasted += asset.wasted;
    same->demoted_by += asset.demoted_by;
  }
}

}  // namespace

std::vector<RouteReport> report(const std::list<RouteHistory>& routes, std::size_t limit) {
  std::vector<const RouteHistory*> busiest;
  busiest.reserve(routes.size());
  for (const RouteHistory& route : routes) busiest.push_back(&route);
  std::ranges::stable_sort(busiest, std::greater<>(), &RouteHistory::visits);
  busiest.resize(std::min(limit, busiest.size()));
  std::vector<RouteReport> reports;
  reports.reserve(busiest.size());
  for (const RouteHistory* route : busiest) reports.push_back(report(*route));
  return reports;
}

std::vector<RouteReport> sum(std::vector<RouteReport> reports,
                             const std::vector<RouteReport>& more) {
  for (const RouteReport& route : more) {
    const auto same = std::ranges::find(reports, route.name, &RouteReport::name);
    if (same == reports.end()) {
      reports.push_back(route);
    } else {
      add(*same, route);
    }
  }
  return reports;
}

std::optional<ThinkTime::Duration> think_median(const RouteReport& route) {
  Durations all = joined(route.think_before, route.think_lately);
  if (all.empty()) return std::nullopt;
  return median(std::move(all));
}

std::string_view think_trend(const RouteReport& route) {
  // Of an answer that is a worker's only one there is no earlier half.
  if (std::min(route.think_before.size(), route.think_lately.size()) < enough_answers) return {};
  const auto before = median(route.think_before);
  const auto lately = median(route.think_lately);
  if (lately > before * 5 / 4) return "slower";
  return lately < before * 3 / 4 ? "faster" : "steady";
}

std::string_view hit_trend(const RouteReport& route) {
  if (route.told_lately < enough_told) return {};
  const auto rate = [](std::uint64_t hits, std::uint64_t tries) {
    return static_cast<double>(hits) / static_cast<double>(tries);
  };
  const double change = rate(route.taken_lately, route.told_lately) -
                        rate(route.taken, std::max<std::uint64_t>(1, route.told));
  if (change > 0.05) return "better";
  return change < -0.05 ? "worse" : "steady";
}

}  // namespace hints
