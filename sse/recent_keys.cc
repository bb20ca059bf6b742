#include "sse/recent_keys.h"

#include <utility>

namespace sse {

std::uint64_t RecentKeys::find(std::string_view key, net::Clock::time_point now) {
  while (!entries_.empty() && now - entries_.front().published >= options_.age) drop_oldest();
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? 0 : found->second->seq;
}

void RecentKeys::add(std::string key, std::uint64_t seq, net::Clock::time_point now) {
  if (entries_.size() >= options_.keys) drop_oldest();
  const auto place = entries_.insert(entries_.end(), {std::move(key), seq, now});
  by_key_.emplace(place->key, place);
}

void RecentKeys::drop_oldest() {
  by_key_.erase(entries_.front().key);
  entries_.pop_front();
}

}  // namespace sse
