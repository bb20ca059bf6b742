#include "compare/statistics.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "compare/random.h"

using namespace lab;

namespace {

double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}
double exponential(Random& random) { return -std::log(1 - random.uniform()); }
double even(Random& random) { return random.uniform(); }

// In how many of a thousand samples the interval holds the median of the distribution.
int covered(double (*draw)(Random&), double truth, std::size_t size) {
  Random random(42);
  int count = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    std::vector<double> sample(size);
    for (double& value : sample) value = draw(random);
    const Estimate found = estimate(sample, i);
    if (found.low <= truth && truth <= found.high) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("the median is the one in the middle, or between the two there") {
  CHECK(median({}) == 0);
  CHECK(median({7}) == 7);
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 3, 2}) == 2.5);
}

TEST_CASE("an interval holds the true median in about 95 of 100 samples") {
  CHECK(covered(normal, 0, 30) >= 920);
  CHECK(covered(normal, 0, 30) <= 980);
  CHECK(covered(exponential, std::numbers::ln2, 30) >= 920);
  CHECK(covered(exponential, std::numbers::ln2, 30) <= 980);
  CHECK(covered(even, 0.5, 31) >= 920);
  CHECK(covered(even, 0.5, 31) <= 980);
}

TEST_CASE("more samples make the interval narrower, by the root of their number") {
  const auto width = [](std::size_t size) {
    Random random(7);
    double sum = 0;
    for (std::uint64_t i = 0; i < 50; ++i) {
      std::vector<double> sample(size);
      for (double& value : sample) value = normal(random);
      const Estimate found = estimate(sample, i);
      sum += found.high - found.low;
    }
    return sum;
  };
  CHECK(width(30) / width(480) == Approx(4).margin(0.8));
}

TEST_CASE("values that do not vary have an interval without width") {
  const Estimate found = estimate({5, 5, 5, 5}, 1);
  CHECK(found.low == 5);
  CHECK(found.median == 5);
  CHECK(found.high == 5);
  CHECK(found.excludes_zero());
  CHECK_FALSE(estimate({}, 1).excludes_zero());
}

TEST_CASE("the same seed gives the same interval") {
  Random random(3);
  std::vector<double> sample(30);
  for (double& value : sample) value = normal(random);
  const Estimate once = estimate(sample, 9);
  const Estimate again = estimate(sample, 9);
  CHECK(once.low == again.low);
  CHECK(once.high == again.high);
}

TEST_CASE("random numbers are even, and the same everywhere") {
  CHECK(Random(1).next() == 0x910a2dec89025cc1);
  Random random(5);
  std::vector<int> seen(10);
  for (int i = 0; i < 10'000; ++i) ++seen[random.below(10)];
  for (const int count : seen) CHECK(std::abs(count - 1000) < 120);
  std::vector<int> items{0, 1, 2, 3, 4, 5, 6, 7};
  random.shuffle(std::span(items));
  CHECK(items != std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
  std::sort(items.begin(), items.end());
  CHECK(items == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
}
