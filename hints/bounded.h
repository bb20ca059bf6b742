// Bounded: values by name, as many and as large as fit; the longest unused goes first.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace hints {

template <typename Value>
class Bounded {
 public:
  struct Limits {
    std::size_t entries;
    std::size_t bytes;
  };
  explicit Bounded(Limits limits) : limits_(limits) {}

  // Counts as a use. Valid until the next put(); null if there is none.
  Value* find(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  // Replaces; a value that is larger than all the room is not kept.
  void put(std::string_view name, Value value, std::size_t bytes) {
    erase(name);
    bytes += sizeof(Entry) + 2 * name.size();
    if (bytes > limits_.bytes) return;
    entries_.push_front({std::string(name), std::move(value), bytes});
    by_name_.emplace(entries_.front().name, entries_.begin());
    bytes_ += bytes;
    while (entries_.size() > limits_.entries || bytes_ > limits_.bytes) {
      drop(std::prev(entries_.end()));
    }
  }
  void erase(std::string_view name) {
    if (const auto found = by_name_.find(name); found != by_name_.end()) drop(found->second);
  }

  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string name;
    Value value;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;

  void drop(typename Entries::iterator entry) {
    bytes_ -= entry->bytes;
    by_name_.erase(entry->name);
    entries_.erase(entry);
  }

  Limits limits_;
  Entries entries_;  // the latest used first
  std::unordered_map<std::string_view, typename Entries::iterator> by_name_;
  std::size_t bytes_ = 0;
};

}  // namespace hints
