// How long a publisher may have its readers wait before they come back.
#pragma once

#include <algorithm>
#include <chrono>

namespace sse {

// Below, a browser would hammer the server; above, its user would think it dead.
inline constexpr std::chrono::milliseconds shortest_retry{250};
inline constexpr std::chrono::milliseconds longest_retry{300'000};

inline std::chrono::milliseconds bounded_retry(std::chrono::milliseconds asked) {
  return std::clamp(asked, shortest_retry, longest_retry);
}

}  // namespace sse
