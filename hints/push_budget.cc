#include "hints/push_budget.h"

#include <algorithm>

namespace hints {
namespace {

constexpr std::int64_t most_rounds = 10;

}  // namespace

std::uint64_t push_budget(const http::Transport& way, std::chrono::microseconds think) {
  if (way.congestion_window == 0) return way.connection_window;
  const std::uint64_t window =
      way.congestion_window - std::min(way.under_way, way.congestion_window);
  std::uint64_t bytes = window;
  if (way.round_trip.count() > 0) {
    const std::int64_t rounds = std::min(think / way.round_trip, most_rounds);
    for (std::int64_t round = 1; round <= rounds; ++round) bytes += way.congestion_window << round;
  }
  return std::min(bytes, way.connection_window);
}

}  // namespace hints
