#include "sse/memory_sequencer.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <string_view>
#include <utility>

namespace sse {

std::string random_epoch() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> pick(0, letters.size() - 1);
  std::string epoch(6, ' ');
  for (char& c : epoch) c = letters[pick(device)];
  return epoch;
}

void MemorySequencer::publish(std::vector<Draft> drafts, net::Loop& home,
                              std::function<void(const Published&)> done) {
  for (const Draft& draft : drafts) {
    if (auto reason = refusal(draft)) {
      return home.post(
          [done = std::move(done), refused = Refused{400, *std::move(reason)}] { done(refused); });
    }
  }
  EventIds ids = sequence(std::move(drafts));
  home.post([done = std::move(done), ids = std::move(ids)] { done(ids); });
}

EventIds MemorySequencer::sequence(std::vector<Draft> drafts) {
  EventIds ids;
  std::vector<EventRef> events;
  const std::lock_guard lock(mutex_);
  const net::Clock::time_point now = net::Clock::now();
  std::uint64_t newest = newest_.load(std::memory_order_relaxed);
  for (Draft& draft : drafts) {
    std::uint64_t seq = draft.key.empty() ? 0 : keys_.find(draft.key, now);
    if (seq == 0) {
      seq = ++newest;
      if (!draft.key.empty()) keys_.add(std::move(draft.key), seq, now);
      events.push_back(std::make_shared<const Event>(epoch_, seq, std::move(draft),
                                                     std::chrono::system_clock::now()));
    }
    ids.push_back({.epoch = epoch_, .seq = seq});
  }
  newest_.store(newest, std::memory_order_release);
  if (events.empty()) return ids;
  for (Inbox* inbox : inboxes_) inbox->deliver(events);
  return ids;
}

void MemorySequencer::attach(Inbox& inbox) {
  const std::lock_guard lock(mutex_);
  inbox.start(epoch_, newest_.load(std::memory_order_relaxed));
  inboxes_.push_back(&inbox);
}

void MemorySequencer::detach(Inbox& inbox, net::Loop&) {
  const std::lock_guard lock(mutex_);
  std::erase(inboxes_, &inbox);
}

}  // namespace sse
