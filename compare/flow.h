// Flow: one direction of a stream, as TCP carries it over a bottleneck: bytes become segments, as
// many as the congestion window lets out; what is lost is sent again; the far end gets everything
// in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "compare/bottleneck.h"
#include "compare/congestion_window.h"
#include "server/net/loop.h"

namespace lab {

class Flow {
 public:
  static constexpr std::size_t segment = 1460;  // bytes of content
  static constexpr std::size_t header = 40;     // IP and TCP

  // Called from the loop, never from inside send() or finish(). May destroy neither end's flow.
  struct Listener {
    std::function<void(std::span<const std::byte>)> arrived;
    std::function<void()> drained;  // unsent() has come down to 0
    std::function<void()> finished;
  };

  // An acknowledgement takes `back` and needs no room on the way: most ride on other packets.
  Flow(net::Loop& loop, Bottleneck& bottleneck, net::Clock::duration back,
       CongestionWindow::Options window, Listener listener);
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  // Leaves at the end of this turn of the loop, so that small pieces share segments.
  void send(std::span<const std::byte> bytes);
  // Takes no more; finished() is called behind all that it has taken.
  void finish();

  std::size_t unsent() const { return waiting_; }
  // Bytes with headers that have gone into the bottleneck, and those of acknowledgements that came
  // back.
  std::uint64_t carried() const { return carried_; }
  std::uint64_t acknowledged() const { return acknowledged_; }
  std::size_t window() const { return window_.segments(); }

 private:
  struct Segment {
    std::size_t bytes = 0;
    bool arrived = false;
    bool last = false;
  };
  struct Event {
    net::Clock::time_point at;
    std::uint64_t number;  // of the segment
  };

  void transmit(net::Clock::time_point now);
  void send_last(net::Clock::time_point now);
  void pass(std::uint64_t number, net::Clock::time_point now);
  void flush();
  void run_due();
  void arrive(const Event& event);
  void deliver();
  void arm();

  net::Loop& loop_;
  Bottleneck& bottleneck_;
  const net::Clock::duration back_;
  const Listener listener_;
  CongestionWindow window_;

  std::vector<std::byte> bytes_;    // from the first that was not delivered
  std::size_t begin_ = 0;           // of these, in bytes_
  std::size_t waiting_ = 0;         // at the end of bytes_: no segment yet
  std::vector<std::byte> arrived_;  // being delivered
  std::deque<Segment> segments_;    // not yet delivered, in order
  std::uint64_t first_ = 0;         // number of segments_.front()

  // Each in order of time.
  std::deque<Event> arrivals_;
  std::deque<Event> acknowledgements_;
  std::deque<Event> repairs_;

  std::uint64_t carried_ = 0;
  std::uint64_t acknowledged_ = 0;
  bool finishing_ = false;
  net::Later flush_;
  net::Timer timer_;
};

}  // namespace lab
