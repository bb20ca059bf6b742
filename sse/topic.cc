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
  public_ += event->is_private() ? 0 : 1;
  newest_ = event->seq();
  if (policy_ == Policy::conflate) newest_of_[event->publisher_id()] = newest_;
  log_.push_back({std::move(event), expires});
  ++end_;
}

bool Topic::has_newer(const Event& event) const {
  const auto newest = newest_of_.find(event.publisher_id());
  return newest != newest_of_.end() && newest->second > event.seq();
}

void Topic::drop_first() {
  const Event& dropped = *log_.front().event;
  bytes_ -= dropped.weight();
  public_ -= dropped.is_private() ? 0 : 1;
  // Nobody misses what a newer one stands for.
  if (!superseded(dropped)) {
    lost_ = dropped.seq();
    if (policy_ == Policy::conflate) newest_of_.erase(dropped.publisher_id());
  }
  log_.pop_front();
  ++first_;
}

void Topic::restart(std::uint64_t lost) {
  first_ = end_;
  log_.clear();
  newest_of_.clear();
  bytes_ = 0;
  public_ = 0;
  newest_ = 0;
  lost_ = lost;
}

void Topic::wake() {
  // Whoever waits again while this goes on has seen the news, and is for the next time.
  net::Chain<Waiter> woken;
  woken.take(waiters_);
  while (!woken.empty()) {
    Waiter& waiter = woken.front();
    waiter.unlink();
    waiter.woken();
  }
}

}  // namespace sse
