#include "sse/inbox.h"

#include <utility>

namespace sse {

WorkerInbox::WorkerInbox(net::Loop& loop, Replica& replica)
    : loop_(loop), replica_(replica), present_(std::make_shared<const char>()) {}

void WorkerInbox::start(std::string epoch, std::uint64_t tail) {
  {
    const std::lock_guard lock(mutex_);
    batches_.push_back({.epoch = std::move(epoch), .tail = tail, .events = {}});
    if (batches_.size() > 1) return;
  }
  wake();
}

void WorkerInbox::deliver(std::span<const EventRef> events) {
  {
    const std::lock_guard lock(mutex_);
    const bool first = batches_.empty();
    if (first) batches_.emplace_back();
    auto& waiting = batches_.back().events;
    waiting.insert(waiting.end(), events.begin(), events.end());
    if (!first) return;
  }
  wake();
}

void WorkerInbox::wake() {
  loop_.post([this, present = std::weak_ptr(present_)] {
    if (!present.expired()) take();
  });
}

void WorkerInbox::take() {
  std::vector<Batch> batches;
  {
    const std::lock_guard lock(mutex_);
    batches.swap(batches_);
  }
  for (Batch& batch : batches) {
    if (!batch.epoch.empty()) replica_.start(std::move(batch.epoch), batch.tail);
    if (!batch.events.empty()) replica_.apply(batch.events);
  }
}

}  // namespace sse
