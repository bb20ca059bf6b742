#include "sse/topic.h"

#include <algorithm>
#include <utility>

namespace sse {
namespace {

// A line each, of which none has a break.
std::string private_key(const Event& event) {
  std::string key = event.publisher_id() + "\n" + event.topic();
  for (const std::string& topic : event.alternates()) key.append("\n").append(topic);
  return key;
}

std::string key_of(const Event& event) {
  return event.is_private() ? private_key(event) : event.publisher_id();
}

}  // namespace

std::uint64_t Topic::after(std::uint64_t seq) const {
  const auto found = std::upper_bound(
      log_.begin(), log_.end(), seq,
      [](std::uint64_t wanted, const Held& held) { return wanted < held.event->seq(); });
  return first_ + static_cast<std::uint64_t>(found - log_.begin());
}

void Topic::append(EventRef event, net::Clock::time_point expires) {
  const Event& added = *event;
  if (policy_ == Policy::conflate) newest_of_[key_of(added)] = added.seq();
  log_.push_back({std::move(event), expires});
  bytes_ += added.weight();
  public_ += added.is_private() ? 0 : 1;
  newest_ = added.seq();
  ++end_;
}

bool Topic::has_newer(const Event& event) const {
  return has_newer(event.publisher_id(), event.seq()) ||
         (event.is_private() && has_newer(private_key(event), event.seq()));
}

bool Topic::has_newer(const std::string& key, std::uint64_t seq) const {
  const auto newest = newest_of_.find(key);
  return newest != newest_of_.end() && newest->second > seq;
}

void Topic::drop_first() {
  const Event& dropped = *log_.front().event;
  bytes_ -= dropped.weight();
  public_ -= dropped.is_private() ? 0 : 1;
  // Nobody misses what a newer one stands for.
  if (!superseded(dropped)) miss(dropped.seq());
  if (policy_ == Policy::conflate) {
    const auto newest = newest_of_.find(key_of(dropped));
    if (newest->second == dropped.seq()) newest_of_.erase(newest);
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
