// Link: a relay that behaves like a line of a certain rate and delay: bytes leave it no faster than
// the rate, and arrive later by the delay; it holds a short queue and then stops reading.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

#include "server/net/listener.h"
#include "server/net/loop.h"

namespace bench {

class Link {
 public:
  struct Options {
    std::uint16_t to = 0;                        // port on 127.0.0.1
    double bytes_per_second = 2'500'000;         // each way
    std::chrono::milliseconds delay{10};         // each way
    std::size_t queue = std::size_t{16} * 1024;  // bytes that wait to be sent, each way
    int receive_buffer = 32 * 1024;              // SO_RCVBUF of both ends, which the kernel doubles
  };
  Link(net::Loop& loop, const Options& options);
  ~Link();
  std::uint16_t port() const { return port_; }

 private:
  class Pipe;
  struct Joined;
  void accept(net::Fd client);

  net::Loop& loop_;
  const Options options_;
  std::uint16_t port_ = 0;
  std::list<std::unique_ptr<Joined>> joined_;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace bench
