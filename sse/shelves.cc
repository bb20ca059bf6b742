#include "sse/shelves.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace sse {

Shelves::Shelves(net::Loop& loop, const std::vector<Retention>& shelves, Owner& owner)
    : loop_(loop), owner_(owner), expiry_(loop, [this] { expire(); }) {
  for (const Retention& keep : shelves) shelves_.push_back({keep});
}

void Shelves::put(const EventRef& event, Topic& log) {
  Shelf& shelf = shelf_of(log);
  const bool first = log.empty();
  log.append(event, expiry_of(*event, shelf));
  if (first) shelf.oldest.emplace_hint(shelf.oldest.end(), event->seq(), &log);
  shelf.bytes += event->weight();
  bytes_ += event->weight();
  trim(log);
  shrink(shelf);
}

void Shelves::trim(Topic& log) {
  const Retention& keep = shelf_of(log).keep;
  while (log.end() - log.first() > keep.events ||
         (log.bytes() > keep.topic_bytes && log.end() - log.first() > 1)) {
    drop_first(log);
  }
}

void Shelves::shrink(Shelf& shelf) {
  while (shelf.bytes > shelf.keep.bytes && shelf.oldest.size() > 1) {
    Topic& oldest = *shelf.oldest.begin()->second;
    drop_first(oldest);
    if (oldest.empty()) owner_.pushed_out(oldest);
  }
}

void Shelves::drop_first(Topic& log) {
  const Event& dropped = *log.at(log.first());
  owner_.dropping(log, dropped);
  Shelf& shelf = shelf_of(log);
  auto place = shelf.oldest.extract({dropped.seq(), &log});
  shelf.bytes -= dropped.weight();
  bytes_ -= dropped.weight();
  log.drop_first();
  if (log.empty()) return;
  place.value().first = log.at(log.first())->seq();
  shelf.oldest.insert(std::move(place));
}

void Shelves::clear(Topic& log) {
  while (!log.empty()) drop_first(log);
}

void Shelves::remove(Topic& log) {
  Shelf& shelf = shelf_of(log);
  if (!log.empty()) shelf.oldest.erase({log.at(log.first())->seq(), &log});
  shelf.bytes -= log.bytes();
  bytes_ -= log.bytes();
}

void Shelves::restart() {
  bytes_ = 0;
  for (Shelf& shelf : shelves_) {
    shelf.bytes = 0;
    shelf.oldest.clear();
  }
}

Topic* Shelves::oldest_unread(std::size_t from, std::size_t to) const {
  Topic* oldest = nullptr;
  std::uint64_t first = 0;
  for (std::size_t i = from; i < to; ++i) {
    const auto& logs = shelves_[i].oldest;
    const auto unread = std::find_if(logs.begin(), logs.end(),
                                     [](const auto& entry) { return entry.second->readers == 0; });
    if (unread == logs.end() || (oldest && first < unread->first)) continue;
    first = unread->first;
    oldest = unread->second;
  }
  return oldest;
}

// Both clocks stand still within a turn: reading one for each event of each pattern is dear.
Event::Time Shelves::wall_now() {
  if (wall_read_ != loop_.now()) {
    wall_read_ = loop_.now();
    wall_now_ = std::chrono::system_clock::now();
  }
  return wall_now_;
}

// On the loop's clock. An event that comes out of a store has used up some of its time already.
net::Clock::time_point Shelves::expiry_of(const Event& event, const Shelf& shelf) {
  const Event::Time::duration age = shelf.keep.age;
  const auto spent = std::clamp(wall_now() - event.time(), age.zero(), age);
  return loop_.now() + (age - spent);
}

void Shelves::expire() {
  for (Shelf& shelf : shelves_) expire(shelf);
  if (expiry_.armed()) return;
  std::optional<net::Clock::time_point> next;
  for (const Shelf& shelf : shelves_) {
    if (shelf.oldest.empty()) continue;
    const auto due = shelf.oldest.begin()->second->first_expires();
    if (!next || due < *next) next = due;
  }
  if (next) expiry_.start(*next - loop_.now());
}

void Shelves::expire(Shelf& shelf) {
  while (!shelf.oldest.empty()) {
    Topic& oldest = *shelf.oldest.begin()->second;
    if (oldest.first_expires() > loop_.now()) return;
    drop_first(oldest);
    if (oldest.empty()) owner_.expired(oldest);
  }
}

}  // namespace sse
