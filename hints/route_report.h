// RouteReport: what one worker remembers of a route, as values for whoever shows it; those of
// several workers can be summed up.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hints/route_history.h"

namespace hints {

struct AssetReport {
  std::string target;
  std::uint64_t told = 0;
  std::uint64_t taken = 0;
  std::uint64_t wasted = 0;    // bytes
  std::size_t demoted_by = 0;  // workers that no longer tell of it
};

struct RouteReport {
  std::string name;
  std::uint64_t visits = 0;
  std::uint64_t hints = 0;
  std::uint64_t pushes = 0;
  std::uint64_t told = 0;
  std::uint64_t taken = 0;
  std::uint64_t wasted = 0;
  std::uint64_t told_lately = 0;
  std::uint64_t taken_lately = 0;
  // How long the latest answers of each worker took, the earlier and the later half of them.
  std::vector<ThinkTime::Duration> think_before;
  std::vector<ThinkTime::Duration> think_lately;
  std::vector<AssetReport> assets;
};

// The routes visited most, at most `limit`.
std::vector<RouteReport> report(const std::list<RouteHistory>& routes, std::size_t limit);
// Adds those of another worker.
std::vector<RouteReport> sum(std::vector<RouteReport> reports,
                             const std::vector<RouteReport>& more);

// Half of the latest answers took no longer; none without any.
std::optional<ThinkTime::Duration> think_median(const RouteReport& route);
// "faster", "slower" or "steady": the later half of the answers beside the earlier; empty: too few.
std::string_view think_trend(const RouteReport& route);
// "better", "worse" or "steady": what was told lately beside all that ever was; empty: too little.
std::string_view hit_trend(const RouteReport& route);

}  // namespace hints
