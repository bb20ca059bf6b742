// What the kernel takes for a broadcast: as many bytes to as many readers over TCP, by a sender
// that does nothing else. No server can be cheaper.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace bench {

struct BareOptions {
  std::uint32_t connections = 1000;
  std::size_t bytes = 150;  // of each send, as TLS would make them
  double rate = 10;         // broadcasts a second
  std::chrono::milliseconds measure{3000};
  int sender_core = 0;
  int reader_core = 1;
};

// Microseconds of the sender's CPU for one send. Throws net::Error.
double measure_bare_send(const BareOptions& options);

}  // namespace bench
