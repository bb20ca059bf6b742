// RecentKeys: the idempotency keys of what has been published of late, and the ids that came of
// them. Bounded; a key that has been forgotten publishes anew. Not for several threads at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/net/loop.h"

namespace sse {

class RecentKeys {
 public:
  struct Options {
    std::size_t keys = 100'000;  // the oldest goes first
    std::chrono::seconds age{3600};
  };
  RecentKeys() : RecentKeys(Options()) {}
  explicit RecentKeys(Options options) : options_(options) {}

  // The seq under which `key` was published; 0: it was not, or too long ago.
  std::uint64_t find(std::string_view key, net::Clock::time_point now);
  // `key` must not be known.
  void add(std::string key, std::uint64_t seq, net::Clock::time_point now);

 private:
  struct Entry {
    std::string key;
    std::uint64_t seq;
    net::Clock::time_point published;
  };
  void drop_oldest();

  const Options options_;
  std::list<Entry> entries_;                                                 // oldest first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // views of Entry::key
};

}  // namespace sse
