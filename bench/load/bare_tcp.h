// What measurements of the kernel alone have in common: connections with both ends here, and a
// thread's place and time.
#pragma once

#include <cstdint>
#include <vector>

#include "server/net/handle.h"

namespace bench {

// Both ends of one TCP connection over the loopback; blocking.
struct BareLine {
  net::Fd sender, reader;
};

// Throws net::SystemError.
std::vector<BareLine> bare_lines(std::uint32_t count);

// Throws net::SystemError, which says `what` cannot be done.
void require(bool done, const char* what);

// This thread; where it may not, it measures worse.
void stay_on(int core);
// Of this thread.
double thread_cpu_seconds();

}  // namespace bench
