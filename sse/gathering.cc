#include "sse/gathering.h"

#include <algorithm>
#include <utility>

namespace sse {

Gathering::Gathering(Topic& view, std::size_t events, std::size_t bytes, std::uint64_t lost)
    : view_(view), most_events_(events), most_bytes_(bytes), lost_(lost) {}

void Gathering::link(Topic& topic) {
  const bool met = anew_ && std::ranges::find(topic.views, &view_) != topic.views.end();
  if (!met) topic.views.push_back(&view_);
  lost_ = std::max(lost_, topic.lost());
  add_head(&topic, topic.end());
}

void Gathering::compared() {
  comparing_ = false;
  passing_ = std::exchange(late_, {});
  add_head(nullptr, passing_.size());
}

// Of what is before `end`.
void Gathering::add_head(Topic* topic, std::uint64_t end) {
  if (end <= (topic ? topic->first() : 0)) return;
  const EventRef& event = topic ? topic->at(end - 1) : passing_[end - 1];
  heads_.push_back({event->seq(), end - 1, topic});
  std::push_heap(heads_.begin(), heads_.end());
}

bool Gathering::take() {
  if (heads_.empty()) return false;
  // Of an event with several topics the heads come one after the other.
  const bool repeated = !taken_.empty() && taken_.back()->seq() == heads_.front().seq;
  if (!repeated && (taken_.size() >= most_events_ || bytes_ >= most_bytes_)) {
    lost_ = std::max(lost_, heads_.front().seq);
    heads_ = {};
    return false;
  }
  std::pop_heap(heads_.begin(), heads_.end());
  const Head head = heads_.back();
  heads_.pop_back();
  if (head.topic && head.position < head.topic->first()) {  // dropped meanwhile
    lost_ = std::max(lost_, head.topic->lost());
    return true;
  }
  const EventRef& event = head.topic ? head.topic->at(head.position) : passing_[head.position];
  if (!repeated) {
    taken_.push_back(event);
    bytes_ += event->weight();
  }
  add_head(head.topic, head.position);
  return true;
}

EventRef Gathering::next() {
  EventRef event;
  if (!taken_.empty()) {
    event = std::move(taken_.back());
    taken_.pop_back();
  } else if (!late_.empty()) {
    event = std::move(late_.front());
    late_.pop_front();
  }
  return event;
}

void Gathering::forget(const Topic& topic) {
  lost_ = std::max(lost_, topic.lost());
  const auto of_it = [&](const Head& head) { return head.topic == &topic; };
  if (std::erase_if(heads_, of_it) > 0) std::make_heap(heads_.begin(), heads_.end());
}

void Gathering::restart(std::uint64_t lost) {
  lost_ = lost;
  comparing_ = true;
  anew_ = true;
  reached_.reset();
  heads_.clear();
  taken_.clear();
  bytes_ = 0;
  passing_.clear();
  late_.clear();
}

}  // namespace sse
