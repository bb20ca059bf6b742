#include "sse/event_file_follower.h"

#include <algorithm>
#include <iterator>

namespace sse {
namespace {

Range whole(std::uint64_t after) {
  const Fanout::Options recent;
  return {.topics = {}, .after = after, .events = recent.events, .bytes = recent.bytes};
}

// As many as follow each other without a hole.
std::span<const EventRef> first_run(std::span<const EventRef> events) {
  const auto last = std::adjacent_find(
      events.begin(), events.end(),
      [](const EventRef& a, const EventRef& b) { return b->seq() != a->seq() + 1; });
  if (last == events.end()) return events;
  return events.first(static_cast<std::size_t>(std::distance(events.begin(), last)) + 1);
}

}  // namespace

EventFileFollower::EventFileFollower(const std::string& file, Fanout& fanout)
    : reader_(file), fanout_(fanout) {
  const std::uint64_t newest = reader_.read({.topics = {}, .after = 0, .events = 1}).newest;
  const std::uint64_t recent = Fanout::Options().events;
  const Past past = reader_.read(whole(newest - std::min(newest, recent)));
  epoch_ = past.epoch;
  tail_ = past.events.empty() ? past.newest : past.events.front()->seq() - 1;
  fanout_.start(epoch_, tail_);
  deliver(past.events);
}

void EventFileFollower::follow() { deliver(reader_.read(whole(tail_)).events); }

void EventFileFollower::finish(std::uint64_t newest) {
  for (std::uint64_t known = 0; tail_ < newest && known != tail_;) {
    known = tail_;
    follow();
  }
  if (tail_ == newest) return;
  tail_ = newest;
  fanout_.start(epoch_, tail_);
}

// A hole is of events that are kept no longer, or never were: readers who wanted them are told.
void EventFileFollower::deliver(std::span<const EventRef> events) {
  while (!events.empty()) {
    if (events.front()->seq() != tail_ + 1) fanout_.start(epoch_, events.front()->seq() - 1);
    const auto run = first_run(events);
    fanout_.deliver(run);
    tail_ = run.back()->seq();
    events = events.subspan(run.size());
  }
}

}  // namespace sse
