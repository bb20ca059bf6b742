#include "compare/statistics.h"

#include <algorithm>
#include <cmath>

#include "compare/random.h"

namespace lab {
namespace {

double median_of_sorted(const std::vector<double>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

// Of a sample drawn from `sorted`. Counting how often each value was drawn spares sorting them.
double resampled_median(const std::vector<double>& sorted, std::vector<unsigned>& drawn,
                        Random& random) {
  const std::size_t size = sorted.size();
  std::fill(drawn.begin(), drawn.end(), 0);
  for (std::size_t i = 0; i < size; ++i) ++drawn[random.below(size)];
  const std::size_t lower = (size - 1) / 2;  // ranks of the two in the middle
  const std::size_t upper = size / 2;
  std::size_t below = 0;
  double first = 0;
  for (std::size_t i = 0;; ++i) {
    if (below <= lower && lower < below + drawn[i]) first = sorted[i];
    if (upper < below + drawn[i]) return (first + sorted[i]) / 2;
    below += drawn[i];
  }
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return median_of_sorted(values);
}

Estimate estimate(std::vector<double> values, std::uint64_t seed) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const double middle = median_of_sorted(values);
  if (values.front() == values.back()) return {middle, middle, middle};
  Random random(seed);
  std::vector<unsigned> drawn(values.size());
  std::vector<double> medians(resamples);
  for (double& one : medians) one = resampled_median(values, drawn, random);
  std::sort(medians.begin(), medians.end());
  const auto at = [&](double share) {
    return medians[static_cast<std::size_t>(std::lround(share * (resamples - 1)))];
  };
  return {.low = at(0.025), .median = middle, .high = at(0.975)};
}

}  // namespace lab
