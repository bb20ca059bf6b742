#include "bench/load/histogram.h"

#include <algorithm>
#include <cmath>

namespace bench {

std::uint64_t Histogram::upper_edge(std::size_t bucket) {
  if (bucket < (std::size_t{1} << fine)) return bucket;
  // The values of a power of two use the upper half of its buckets: the top bit is always set.
  const std::size_t shift = (bucket - (std::size_t{1} << (fine - 1))) >> fine;
  const std::uint64_t top = bucket - (shift << fine);
  return ((top + 1) << shift) - 1;
}

std::uint64_t Histogram::percentile(double share) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank && seen > 0) return std::min(upper_edge(i), max_);
  }
  return 0;
}

}  // namespace bench
