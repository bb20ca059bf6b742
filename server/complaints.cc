#include "server/complaints.h"

#include <chrono>
#include <utility>

namespace server {

Complaints::Complaints(net::Loop& loop, std::function<void(const std::string&)> sink)
    : sink_(std::move(sink)), second_(loop, [this] { end_second(); }) {}

void Complaints::say(const std::string& what) {
  if (!sink_) return;
  if (!second_.armed()) second_.start(std::chrono::seconds(1));
  if (said_ < per_second) {
    ++said_;
    return sink_(what);
  }
  ++left_out_;
  last_left_out_ = what;
}

void Complaints::end_second() {
  said_ = 0;
  const std::uint64_t left_out = std::exchange(left_out_, 0);
  if (left_out == 0) return;
  sink_(std::to_string(left_out) +
        " more complaints about connections in that second, the last: " + last_left_out_);
}

}  // namespace server
