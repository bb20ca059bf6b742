// Fanout: hands what a sequencer gives to the inbox of every worker, and to one that attaches later
// the newest events first. Any thread may attach; starting and delivering is the sequencer's alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "sse/sequencer.h"

namespace sse {

class Fanout {
 public:
  // Kept for those that attach later; the replicas share the same events.
  struct Options {
    std::size_t events = 10'000;
    std::size_t bytes = 16 << 20;
  };
  Fanout() : Fanout(Options()) {}
  explicit Fanout(Options options) : options_(options) {}

  void start(std::string epoch, std::uint64_t tail);
  // Only after start(); without holes.
  void deliver(std::span<const EventRef> events);

  // Before the first start() nothing is given: the inbox hears of it when it comes.
  void attach(Inbox& inbox);
  void detach(Inbox& inbox);

 private:
  const Options options_;
  std::mutex mutex_;  // guards all below, and that each inbox gets one thing at a time
  std::vector<Inbox*> inboxes_;
  std::string epoch_;  // empty: not started
  std::uint64_t tail_ = 0;
  std::deque<EventRef> recent_;  // up to the tail, without holes
  std::size_t bytes_ = 0;
};

}  // namespace sse
