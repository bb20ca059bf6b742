// Refusal: no memory, for a test that says from which size on.
#pragma once

#include <cstddef>

namespace testing {

// While one is there, operator new gives this thread no more than `most` bytes at a time: also not
// to the test's own checks, which come afterwards. Whoever uses it has refusal.cc among its
// sources.
class Refusal {
 public:
  explicit Refusal(std::size_t most);
  ~Refusal();
  Refusal(const Refusal&) = delete;
  Refusal& operator=(const Refusal&) = delete;
};

}  // namespace testing
