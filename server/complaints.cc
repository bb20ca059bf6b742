#include "server/complaints.h"

#include <chrono>

namespace server {

void Complaints::say(const std::string& what, net::Clock::time_point now) {
  if (!sink_) return;
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    said_ = 0;
  }
  if (said_ >= per_second) {
    ++left_out_;
    return;
  }
  ++said_;
  if (left_out_ > 0) {
    sink_(std::to_string(std::exchange(left_out_, 0)) +
          " complaints about connections were left out");
  }
  sink_(what);
}

}  // namespace server
