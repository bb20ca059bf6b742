#include "sse/topic.h"

#include <algorithm>
#include <utility>

namespace sse {

std::uint64_t Topic::after(std::uint64_t seq) const {
  const auto found = std::upper_bound(
      log_.begin(), log_.end(), seq,
      [](std::uint64_t wanted, const Held& held) { return wanted < held.event->seq(); });
  return first_ + static_cast<std::uint64_t>(found - log_.begin());
}

void Topic::append(EventRef event, net::Clock::time_point expires) {
  bytes_ += event->weight();
  newest_ = event->seq();
  log_.push_back({std::move(event), expires});
}

void Topic::drop_first() {
  bytes_ -= log_.front().event->weight();
  lost_ = log_.front().event->seq();
  log_.pop_front();
  ++first_;
}

void Topic::restart(std::uint64_t lost) {
  first_ += log_.size();
  log_.clear();
  bytes_ = 0;
  newest_ = 0;
  lost_ = lost;
}

void Topic::wake() {
  // Whoever waits again while this goes on has seen the news, and is for the next time.
  Chain<Waiter> woken;
  woken.take(waiters_);
  while (!woken.empty()) {
    Waiter& waiter = woken.front();
    waiter.unlink();
    waiter.woken();
  }
}

}  // namespace sse
