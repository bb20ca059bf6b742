// Lru: values by name, bounded in number and in total weight; what was used longest ago goes first.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace assets {

template <typename Value>
class Lru {
 public:
  Lru(std::size_t most_entries, std::size_t most_weight)
      : most_entries_(most_entries), most_weight_(most_weight) {}

  // Null if there is none. Valid until the next put() or erase().
  Value* find(std::string_view name) {
    const auto found = index_.find(name);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  // Replaces what had that name. What is heavier than everything together may be is not kept.
  void put(std::string_view name, Value value, std::size_t weight) {
    erase(name);
    if (weight > most_weight_) return;
    entries_.push_front({std::string(name), std::move(value), weight});
    index_.emplace(entries_.front().name, entries_.begin());
    weight_ += weight;
    while (entries_.size() > most_entries_ || weight_ > most_weight_) {
      erase(entries_.back().name);
    }
  }

  void erase(std::string_view name) {
    const auto found = index_.find(name);
    if (found == index_.end()) return;
    const auto entry = found->second;
    index_.erase(found);  // before the name it points into
    weight_ -= entry->weight;
    entries_.erase(entry);
  }

  std::size_t size() const { return entries_.size(); }
  std::size_t weight() const { return weight_; }

 private:
  struct Entry {
    std::string name;
    Value value;
    std::size_t weight;
  };
  std::size_t most_entries_;
  std::size_t most_weight_;
  std::size_t weight_ = 0;
  std::list<Entry> entries_;  // the latest used first
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> index_;
};

}  // namespace assets
