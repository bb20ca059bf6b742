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

WorkerInbox::WorkerInbox(net::Loop& loop, Replica& replica, net::Slice slice)
    : loop_(loop),
      replica_(replica),
      present_(std::make_shared<const char>()),
      slice_(slice),
      later_(loop, [this] { go_on(); }) {}

void WorkerInbox::start(std::string epoch, std::uint64_t tail) {
  {
    const std::lock_guard lock(mutex_);
    batches_.push_back({.epoch = std::move(epoch), .tail = tail, .events = {}});
    ++begun_;
    if (batches_.size() > 1) return;
  }
  wake();
}

void WorkerInbox::deliver(std::span<const EventRef> events) {
  {
    const std::lock_guard lock(mutex_);
    const bool first = batches_.empty();
    while (!events.empty()) {
      if (batches_.empty() || batches_.back().events.size() == in_batch) {
        batches_.emplace_back();
        ++begun_;
      }
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

// While there is something under way, what comes waits for it, and nobody needs to be woken.
void WorkerInbox::take() {
  if (!later_.scheduled()) go_on();
}

void WorkerInbox::go_on() {
  slice_.begin();
  try {
    if (!apply()) later_.put_off();
  } catch (...) {
    // What is left of it is a hole in the history, of which the readers are told.
    done_ += under_way_.size() - at_;
    at_ = under_way_.size();
    applied_ = 0;
    later_.put_off();
    throw;
  }
  answer();
}

// False: there is more.
bool WorkerInbox::apply() {
  const net::Reserve::Urgent urgent;
  for (;;) {
    if (at_ == under_way_.size()) {
      under_way_.clear();
      at_ = 0;
      const std::lock_guard lock(mutex_);
      under_way_.swap(batches_);
    }
    if (under_way_.empty()) return true;
    if (!apply(under_way_[at_])) return false;
    ++at_;
    ++done_;
    applied_ = 0;
  }
}

bool WorkerInbox::apply(Batch& batch) {
  if (!batch.epoch.empty()) {
    replica_.start(std::move(batch.epoch), batch.tail);
    batch.epoch.clear();
  }
  const std::span<const EventRef> rest = std::span(batch.events).subspan(applied_);
  if (!rest.empty()) applied_ += replica_.apply(rest, &slice_);
  return applied_ == batch.events.size();
}

WorkerInbox::Done WorkerInbox::once_applied(Done done) {
  return [this, done = std::move(done)](const Published& published) {
    if (!later_.scheduled()) return done(published);
    std::uint64_t batch = 0;
    {
      const std::lock_guard lock(mutex_);
      batch = begun_;
    }
    waiting_.push_back({batch, [done, published] { done(published); }});
  };
}

void WorkerInbox::answer() {
  while (!waiting_.empty() && waiting_.front().batch <= done_) {
    const auto call = std::move(waiting_.front().call);
    waiting_.pop_front();
    call();
  }
}

}  // namespace sse
