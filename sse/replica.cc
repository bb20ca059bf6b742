#include "sse/replica.h"

#include <algorithm>
#include <utility>

namespace sse {

Replica::Replica(net::Loop& loop, Options options, Archive* archive)
    : loop_(loop), options_(options), archive_(archive), expiry_(loop, [this] { expire(); }) {}

void Replica::start(std::string epoch, std::uint64_t tail) {
  previous_epoch_ = std::exchange(epoch_, std::move(epoch));
  tail_ = tail;
  forgotten_ = tail;
  checkpoint_ = "id: " + id(tail).print() + "\n\n";
  ++generation_;
  bytes_ = 0;
  oldest_.clear();
  std::erase_if(topics_, [](const auto& entry) { return entry.second.readers == 0; });
  touched_.clear();
  for (auto& [name, topic] : topics_) {
    topic.restart(tail);
    topic.touched = true;
    touched_.push_back(&topic);
  }
  wake();
}

void Replica::apply(std::span<const EventRef> events) {
  for (const EventRef& event : events) {
    if (event->seq() <= tail_) continue;
    // The Sequencer leaves no holes; should there be one all the same, the readers are told.
    if (event->seq() != tail_ + 1) start(std::string(epoch_), event->seq() - 1);
    tail_ = event->seq();
    ++events_;
    append(event);
  }
  checkpoint_ = "id: " + id(tail_).print() + "\n\n";
  expire();
  wake();
}

void Replica::append(const EventRef& event) {
  auto found = topics_.find(event->topic());
  if (found == topics_.end()) {
    if (topics_.size() >= options_.topics && !make_room()) {
      forgotten_ = event->seq();
      return;
    }
    found = topics_.try_emplace(event->topic(), event->topic(), forgotten_).first;
  }
  Topic& topic = found->second;
  if (topic.empty()) oldest_.emplace_hint(oldest_.end(), event->seq(), &topic);
  topic.append(event, expiry_of(*event));
  bytes_ += event->weight();
  if (!topic.touched) {
    topic.touched = true;
    touched_.push_back(&topic);
  }
  // The newest is kept whatever it weighs, or a large event would reach nobody.
  while (topic.end() - topic.first() > options_.events_per_topic ||
         (topic.bytes() > options_.bytes_per_topic && topic.end() - topic.first() > 1)) {
    drop_first(topic);
  }
  while (bytes_ > options_.bytes && oldest_.size() > 1) {
    Topic& oldest = *oldest_.begin()->second;
    drop_first(oldest);
    if (oldest.empty() && oldest.readers == 0) forget(oldest);
  }
}

void Replica::drop_first(Topic& topic) {
  auto place = oldest_.extract(topic.at(topic.first())->seq());
  bytes_ -= topic.at(topic.first())->weight();
  topic.drop_first();
  if (topic.empty()) return;
  place.key() = topic.at(topic.first())->seq();
  oldest_.insert(std::move(place));
}

bool Replica::make_room() {
  if (read_topics_ == topics_.size()) return false;
  const auto unread = std::find_if(oldest_.begin(), oldest_.end(),
                                   [](const auto& entry) { return entry.second->readers == 0; });
  if (unread == oldest_.end()) return false;
  Topic& topic = *unread->second;
  while (!topic.empty()) drop_first(topic);
  forget(topic);
  return true;
}

void Replica::forget(Topic& topic) {
  forgotten_ = std::max(forgotten_, topic.lost());
  if (topic.touched) std::erase(touched_, &topic);
  topics_.erase(topics_.find(topic.name()));
}

// On the loop's clock. An event that comes out of a store has used up some of its time already.
net::Clock::time_point Replica::expiry_of(const Event& event) const {
  using std::chrono::system_clock;
  const system_clock::duration age = options_.age;
  const auto spent = std::clamp(system_clock::now() - event.time(), age.zero(), age);
  return loop_.now() + (age - spent);
}

void Replica::expire() {
  while (!oldest_.empty()) {
    Topic& oldest = *oldest_.begin()->second;
    if (oldest.first_expires() > loop_.now()) {
      if (!expiry_.armed()) expiry_.start(oldest.first_expires() - loop_.now());
      return;
    }
    drop_first(oldest);
    if (oldest.empty() && oldest.readers == 0) forget(oldest);
  }
}

void Replica::wake() {
  // A reader that is woken may publish, join and leave; what it touches is for this loop as well.
  while (!touched_.empty()) {
    Topic& topic = *touched_.back();
    touched_.pop_back();
    topic.touched = false;
    topic.wake();
  }
}

bool Replica::has_room(std::span<const std::string> names) const {
  const auto missing = std::count_if(names.begin(), names.end(),
                                     [&](const std::string& name) { return !find(name); });
  // Topics without readers make way.
  return read_topics_ + static_cast<std::size_t>(missing) <= options_.topics;
}

Topic& Replica::join(std::string_view name) {
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    if (topics_.size() >= options_.topics) make_room();
    found = topics_.try_emplace(std::string(name), std::string(name), forgotten_).first;
  }
  if (found->second.readers++ == 0) ++read_topics_;
  return found->second;
}

void Replica::leave(Topic& topic) {
  if (--topic.readers != 0) return;
  --read_topics_;
  if (topic.empty()) forget(topic);
}

const Topic* Replica::find(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

std::uint64_t Replica::lost(std::string_view name) const {
  const Topic* topic = find(name);
  return topic ? topic->lost() : forgotten_;
}

}  // namespace sse
