#include "server/h2/send_queue.h"

#include <bit>

namespace h2 {

std::size_t SendQueue::row_of(const Entry& entry) {
  return entry.live_ ? 0 : std::size_t{1} + entry.priority_.urgency;
}

bool SendQueue::takes_turns(const Entry& entry) {
  return entry.live_ || entry.priority_.incremental;
}

void SendQueue::add(Entry& entry) {
  if (entry.queued_) return;
  Row& row = rows_[row_of(entry)];
  Entry* before = row.last;
  const auto must_wait = [&entry](const Entry& other) {
    return !takes_turns(entry) && !takes_turns(other) && other.id_ > entry.id_;
  };
  while (before && must_wait(*before)) before = before->before_;
  entry.before_ = before;
  entry.after_ = before ? before->after_ : row.first;
  (entry.before_ ? entry.before_->after_ : row.first) = &entry;
  (entry.after_ ? entry.after_->before_ : row.last) = &entry;
  entry.queued_ = true;
  occupied_ |= static_cast<std::uint16_t>(1U << row_of(entry));
}

void SendQueue::remove(Entry& entry) {
  if (!entry.queued_) return;
  Row& row = rows_[row_of(entry)];
  (entry.before_ ? entry.before_->after_ : row.first) = entry.after_;
  (entry.after_ ? entry.after_->before_ : row.last) = entry.before_;
  entry.queued_ = false;
  if (!row.first) occupied_ &= static_cast<std::uint16_t>(~(1U << row_of(entry)));
}

void SendQueue::sent(Entry& entry) {
  if (!takes_turns(entry) || !entry.after_) return;
  remove(entry);
  add(entry);
}

void SendQueue::set_priority(Entry& entry, http::Priority priority) {
  const bool queued = entry.queued_;
  remove(entry);
  entry.priority_ = priority;
  if (queued) add(entry);
}

void SendQueue::go_live(Entry& entry) {
  const bool queued = entry.queued_;
  remove(entry);
  entry.live_ = true;
  if (queued) add(entry);
}

SendQueue::Entry* SendQueue::front() const {
  return occupied_ == 0 ? nullptr : rows_[std::countr_zero(occupied_)].first;
}

}  // namespace h2
