#include "hints/think_time.h"

#include <algorithm>
#include <limits>

namespace hints {

void ThinkTime::add(Duration took) {
  const auto longest = std::numeric_limits<std::uint32_t>::max();
  microseconds_[count_++ % kept] =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(took.count(), 0, longest));
}

std::optional<ThinkTime::Duration> ThinkTime::usual() const {
  if (count_ < enough) return std::nullopt;
  return quantile(3, 4);
}

std::vector<ThinkTime::Duration> ThinkTime::latest() const {
  std::vector<Duration> all;
  for (std::size_t i = count_ - std::min(count_, kept); i < count_; ++i) {
    all.emplace_back(microseconds_[i % kept]);
  }
  return all;
}

std::optional<ThinkTime::Duration> ThinkTime::quantile(std::size_t part, std::size_t of) const {
  std::vector<Duration> sorted = latest();
  if (sorted.empty()) return std::nullopt;
  std::ranges::sort(sorted);
  return sorted[(sorted.size() - 1) * part / of];
}

}  // namespace hints
