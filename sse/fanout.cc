#include "sse/fanout.h"

#include <algorithm>
#include <utility>

namespace sse {

void Fanout::start(std::string epoch, std::uint64_t tail) {
  const std::lock_guard lock(mutex_);
  epoch_ = std::move(epoch);
  tail_ = tail;
  recent_.clear();
  bytes_ = 0;
  for (Inbox* inbox : inboxes_) inbox->start(epoch_, tail_);
}

void Fanout::deliver(std::span<const EventRef> events) {
  if (events.empty()) return;
  const std::lock_guard lock(mutex_);
  for (Inbox* inbox : inboxes_) inbox->deliver(events);
  for (const EventRef& event : events) {
    bytes_ += event->weight();
    recent_.push_back(event);
  }
  tail_ = events.back()->seq();
  while (recent_.size() > options_.events || (bytes_ > options_.bytes && !recent_.empty())) {
    bytes_ -= recent_.front()->weight();
    recent_.pop_front();
  }
}

void Fanout::attach(Inbox& inbox) {
  const std::lock_guard lock(mutex_);
  inboxes_.push_back(&inbox);
  if (epoch_.empty()) return;
  inbox.start(epoch_, tail_ - recent_.size());
  const std::vector<EventRef> recent(recent_.begin(), recent_.end());
  if (!recent.empty()) inbox.deliver(recent);
}

void Fanout::detach(Inbox& inbox) {
  const std::lock_guard lock(mutex_);
  std::erase(inboxes_, &inbox);
}

}  // namespace sse
