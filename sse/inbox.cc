#include "sse/inbox.h"

#include <algorithm>
#include <utility>

#include "server/net/reserve.h"

namespace sse {
namespace {
// So few that the reserve has room for them where there is no memory (net::Reserve): they have been
// accepted, and must not be lost.
constexpr std::size_t in_batch = 1000;
}  // namespace

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
    while (!events.empty()) {
      if (batches_.empty() || batches_.back().events.size() == in_batch) batches_.emplace_back();
      auto& waiting = batches_.back().events;
      const std::size_t more = std::min(events.size(), in_batch - waiting.size());
      const auto moved = events.first(more);
      waiting.insert(waiting.end(), moved.begin(), moved.end());
      events = events.subspan(more);
    }
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
  const net::Reserve::Urgent urgent;
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
