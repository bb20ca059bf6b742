// What the kernel takes for a long poll and the publication that answers it: as many bytes each
// way, over TCP, by a server that reads, sends and waits. No server that is asked so can be
// cheaper.
#pragma once

#include <chrono>
#include <cstddef>

namespace bench {

struct BareExchangeOptions {
  // Bytes of each, as TLS would make them.
  std::size_t poll = 45;
  std::size_t answer = 145;
  std::size_t publication = 200;
  std::size_t receipt = 85;
  // Of the client's work between an answer and its next poll: one that is ready sooner than the
  // server can go to sleep would spare it the waking.
  std::chrono::microseconds think{40};
  std::chrono::milliseconds measure{3000};
  int server_core = 0;
  int client_core = 1;
};

// Microseconds of the server's CPU for one message. Throws net::Error.
double measure_bare_exchange(const BareExchangeOptions& options);

}  // namespace bench
