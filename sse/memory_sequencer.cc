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

void MemorySequencer::publish(Draft draft, net::Loop& home,
                              std::function<void(const Published&)> done) {
  if (auto reason = refusal(draft)) {
    home.post(
        [done = std::move(done), refused = Refused{400, *std::move(reason)}] { done(refused); });
    return;
  }
  EventId id{.epoch = epoch_, .seq = 0};
  {
    const std::lock_guard lock(mutex_);
    id.seq = newest_.load(std::memory_order_relaxed) + 1;
    const EventRef event = std::make_shared<const Event>(epoch_, id.seq, std::move(draft),
                                                         std::chrono::system_clock::now());
    newest_.store(id.seq, std::memory_order_release);
    for (Inbox* inbox : inboxes_) inbox->deliver({&event, 1});
  }
  home.post([done = std::move(done), id = std::move(id)] { done(id); });
}

void MemorySequencer::attach(Inbox& inbox) {
  const std::lock_guard lock(mutex_);
  inbox.start(epoch_, newest_.load(std::memory_order_relaxed));
  inboxes_.push_back(&inbox);
}

void MemorySequencer::detach(Inbox& inbox) {
  const std::lock_guard lock(mutex_);
  std::erase(inboxes_, &inbox);
}

}  // namespace sse
