#include "compare/flow.h"

#include <algorithm>
#include <utility>

namespace lab {

Flow::Flow(net::Loop& loop, Bottleneck& bottleneck, net::Clock::duration back,
           CongestionWindow::Options window, Listener listener)
    : loop_(loop),
      bottleneck_(bottleneck),
      back_(back),
      listener_(std::move(listener)),
      window_(window),
      flush_(loop, [this] { flush(); }),
      timer_(loop, [this] { run_due(); }) {}

void Flow::send(std::span<const std::byte> bytes) {
  if (finishing_ || bytes.empty()) return;
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  waiting_ += bytes.size();
  flush_.schedule();
}

void Flow::finish() {
  // What waits goes before it, once the window lets it out.
  if (std::exchange(finishing_, true) || waiting_ > 0) return;
  send_last(loop_.now());
  arm();
}

void Flow::send_last(net::Clock::time_point now) {
  segments_.push_back({.bytes = 0, .arrived = false, .last = true});
  window_.sent(now);
  pass(first_ + segments_.size() - 1, now);
}

void Flow::flush() {
  transmit(loop_.now());
  arm();
}

// All that the window lets out. Whoever waits for room is told at the end of the turn, by the same
// Later that sent: nothing is queued any more, so nothing more can be sent without him.
void Flow::transmit(net::Clock::time_point now) {
  if (waiting_ == 0) return;
  window_.wake(now);
  while (waiting_ > 0 && window_.open()) {
    const std::size_t size = std::min(waiting_, segment);
    waiting_ -= size;
    segments_.push_back({.bytes = size});
    window_.sent(now);
    pass(first_ + segments_.size() - 1, now);
  }
  if (waiting_ > 0) return;
  finishing_ ? send_last(now) : listener_.drained();
}

void Flow::pass(std::uint64_t number, net::Clock::time_point now) {
  const std::size_t size = segments_[number - first_].bytes + header;
  carried_ += size;
  const Bottleneck::Passage passage = bottleneck_.pass(size, now);
  if (!passage.lost) {
    arrivals_.push_back({passage.arrival, number});
    return;
  }
  // It is missed when those behind it arrive, which takes as long as its own acknowledgement would.
  const auto missed = passage.arrival + back_;
  const auto last = repairs_.empty() ? missed : std::max(missed, repairs_.back().at);
  repairs_.push_back({last, number});
}

void Flow::run_due() {
  for (;;) {
    std::deque<Event>* next = nullptr;
    for (std::deque<Event>* events : {&arrivals_, &acknowledgements_, &repairs_}) {
      if (events->empty() || events->front().at > loop_.now()) continue;
      if (!next || events->front().at < next->front().at) next = events;
    }
    if (!next) break;
    const Event event = next->front();
    next->pop_front();
    if (next == &arrivals_) {
      arrive(event);
    } else if (next == &repairs_) {
      window_.lost();
      pass(event.number, event.at);
    } else {
      acknowledged_ += header;
      window_.acknowledged();
      // As of then: a loop that comes late must not make the link slow.
      transmit(event.at);
    }
  }
  arm();
}

void Flow::arrive(const Event& event) {
  segments_[event.number - first_].arrived = true;
  acknowledgements_.push_back({event.at + back_, event.number});
  deliver();
}

void Flow::deliver() {
  std::size_t count = 0;
  bool last = false;
  while (!segments_.empty() && segments_.front().arrived) {
    count += segments_.front().bytes;
    last |= segments_.front().last;
    segments_.pop_front();
    ++first_;
  }
  if (count > 0) {
    const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(begin_);
    arrived_.assign(from, from + static_cast<std::ptrdiff_t>(count));
    begin_ += count;
    if (begin_ > bytes_.size() / 2) {
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
    }
    listener_.arrived(arrived_);
  }
  if (last) listener_.finished();
}

void Flow::arm() {
  const std::deque<Event>* next = nullptr;
  for (const std::deque<Event>* events : {&arrivals_, &acknowledgements_, &repairs_}) {
    if (events->empty()) continue;
    if (!next || events->front().at < next->front().at) next = events;
  }
  if (!next) return timer_.stop();
  timer_.start(std::max(next->front().at - loop_.now(), net::Clock::duration::zero()));
}

}  // namespace lab
