// Jitter: spreads moments, so that many clients do not come back at one.
#pragma once

#include <chrono>
#include <random>

namespace sse {

class Jitter {
 public:
  explicit Jitter(unsigned seed = std::random_device{}()) : random_(seed) {}

  // Between (1 - part) and (1 + part) of `middle`.
  std::chrono::milliseconds around(std::chrono::milliseconds middle, double part) {
    return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(
        static_cast<double>(middle.count()) *
        std::uniform_real_distribution(1 - part, 1 + part)(random_)));
  }

 private:
  std::minstd_rand random_;
};

}  // namespace sse
