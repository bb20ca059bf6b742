// Link: what lies between a loader and a server, in this process: delay, rate, queue, loss and
// jitter of each direction, and TCP over it. Needs a loop's time and nothing else, so that it is
// the same in virtual time and, in front of a socket, in real time.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>

#include "compare/bottleneck.h"
#include "compare/congestion_window.h"
#include "compare/transport.h"
#include "server/net/loop.h"

namespace lab {

class Link final : public Dialer {
 public:
  struct Options {
    net::Clock::duration round_trip = std::chrono::milliseconds(100);
    double down = 10;  // megabits (10^6 bits) per second, towards the loader
    double up = 5;
    // Bytes, of each direction; 0: what the rate carries in a round trip, and 64 KiB at least,
    // which is what slow start needs if nothing is to be dropped.
    std::size_t queue = 0;
    Bottleneck::Full full = Bottleneck::Full::drop;
    double loss = 0;                  // share of packets
    net::Clock::duration jitter{};    // of each packet, evenly from nothing to this; order is kept
    std::size_t initial_window = 10;  // segments
    // Of a window, in segments; 0: what the round trip and the queue hold, so that nothing is ever
    // dropped while one stream has the link for itself.
    std::size_t most_window = 0;
    bool idle_restart = true;  // slow start after idle (RFC 5681 section 4.1)
  };

  // The far side of the link.
  class Listener {
   public:
    // Half a round trip after the loader has dialled. The stream is open: it is not told
    // connected(). The user must outlive `end`.
    virtual Transport::User& accept(std::unique_ptr<Transport> end) = 0;

   protected:
    ~Listener() = default;
  };

  // `loop` must outlive the link, and the link every transport of it.
  Link(net::Loop& loop, Options options, std::uint64_t seed);
  ~Link() override;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Before the first dial. `listener` must stay as long as anybody dials.
  void listen(Listener& listener) { listener_ = &listener; }

  std::unique_ptr<Transport> dial(Transport::User& user) override;

 private:
  class Stream;
  class End;

  net::Loop& loop_;
  const Options options_;
  Listener* listener_ = nullptr;
  Bottleneck up_;
  Bottleneck down_;
  std::list<std::unique_ptr<Stream>> streams_;
  net::Later reap_;
};

}  // namespace lab
