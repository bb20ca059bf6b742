// Push budget: how many bytes may be pushed before a page without delaying the page.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

#include "server/http/transport.h"

namespace hints {

inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

// What the network takes before the page is due: the free part of the congestion window if the page
// comes at once, and as much again, doubled each round trip (slow start, RFC 5681 section 3.1), for
// as long as the page is expected to `think`; never more than the client's own window. What the
// network holds is not known without TCP: then the client's window alone counts.
std::uint64_t push_budget(const http::Transport& way, std::chrono::microseconds think);

}  // namespace hints
