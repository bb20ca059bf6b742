// Statistics: medians and their intervals, by the bootstrap: what a sample says is how it would
// vary if it were drawn from itself. Nothing of pages.
#pragma once

#include <cstdint>
#include <vector>

#include "compare/result.h"

namespace lab {

// 0 of nothing.
double median(std::vector<double> values);

// The median with its 95 % interval: percentiles of the medians of `resamples` samples drawn with
// replacement. The same seed gives the same interval. All zeros of nothing.
inline constexpr std::size_t resamples = 1000;
Estimate estimate(std::vector<double> values, std::uint64_t seed);

}  // namespace lab
