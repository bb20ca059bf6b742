#include "sse/client_cursors.h"

#include <utility>

namespace sse {

ClientCursors::Turn ClientCursors::begin(const std::string& client, std::uint64_t connection,
                                         const std::optional<std::string>& after,
                                         const std::string& tail, net::Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  const auto found = by_name_.find(client);
  if (found == by_name_.end()) {
    add(client, tail);
  } else {
    entries_.splice(entries_.end(), entries_, found->second);
  }
  Entry& entry = entries_.back();
  if (!entry.offered.empty() && entry.sent && entry.connection == connection) {
    entry.cursor = std::move(entry.offered);
  }
  if (after) entry.cursor = *after;
  entry.offered.clear();
  entry.seen = now;
  entry.ticket = ++tickets_;
  return {.ticket = entry.ticket, .after = entry.cursor};
}

bool ClientCursors::offer(const std::string& client, const Turn& turn, std::uint64_t connection,
                          std::string cursor, net::Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  Entry* entry = find_again(client, turn, now);
  if (!entry) return false;
  entry->offered = std::move(cursor);
  entry->connection = connection;
  entry->sent = false;
  return true;
}

void ClientCursors::sent(const std::string& client, std::uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  if (Entry* entry = find(client, ticket)) entry->sent = true;
}

bool ClientCursors::advance(const std::string& client, const Turn& turn, std::string cursor,
                            net::Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  Entry* entry = find_again(client, turn, now);
  if (!entry) return false;
  entry->cursor = std::move(cursor);
  return true;
}

std::size_t ClientCursors::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

ClientCursors::Entry* ClientCursors::find(const std::string& client, std::uint64_t ticket) {
  const auto found = by_name_.find(client);
  if (found == by_name_.end() || found->second->ticket != ticket) return nullptr;
  return &*found->second;
}

// Null: a later poll has come. Who has been forgotten is where it was when this poll came.
ClientCursors::Entry* ClientCursors::find_again(const std::string& client, const Turn& turn,
                                                net::Clock::time_point now) {
  if (by_name_.contains(client)) return find(client, turn.ticket);
  forget_old(now);
  Entry& entry = add(client, turn.after);
  entry.ticket = turn.ticket;
  entry.seen = now;
  return &entry;
}

ClientCursors::Entry& ClientCursors::add(const std::string& client, std::string cursor) {
  entries_.push_back({.client = client, .cursor = std::move(cursor), .offered = {}, .seen = {}});
  by_name_.emplace(entries_.back().client, std::prev(entries_.end()));
  return entries_.back();
}

void ClientCursors::forget_old(net::Clock::time_point now) {
  while (!entries_.empty() &&
         (entries_.size() > options_.clients || now - entries_.front().seen > options_.age)) {
    by_name_.erase(entries_.front().client);
    entries_.pop_front();
  }
}

}  // namespace sse
