// EventFileFollower: a file of events while another process still writes it, which is about to go:
// what it writes is read and delivered, until the file can be taken over. For one thread.
#pragma once

#include <cstdint>
#include <string>

#include "sse/event_file.h"
#include "sse/fanout.h"

namespace sse {

class EventFileFollower {
 public:
  // Starts `fanout`, which must outlive it, with the newest events of the file. Throws
  // sqlite::Failure if it cannot be read.
  EventFileFollower(const std::string& file, Fanout& fanout);

  // Delivers what has been written since. Throws sqlite::Failure.
  void follow();
  // The same for the last time, now that the file is ours and ends with `newest`: what no row tells
  // of has gone by.
  void finish(std::uint64_t newest);
  // Highest seq that has been delivered, or is known to be gone.
  std::uint64_t newest() const { return tail_; }

 private:
  void deliver(std::span<const EventRef> events);

  EventFileReader reader_;
  Fanout& fanout_;
  std::string epoch_;
  std::uint64_t tail_ = 0;
};

}  // namespace sse
