// The tables of HPACK: the static one, and the dynamic one of a direction (RFC 7541 section 2.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/headers.h"

namespace h2 {

// Appendix A. Index 1 is the first.
std::span<const http::Field> static_table();

// Entries newest first; the oldest go as soon as the whole would be too large. Takes no more memory
// than its entries need.
class DynamicTable {
 public:
  static constexpr std::size_t default_bytes = 4096;

  // Bytes as section 4.1 counts them: names, values and 32 for each entry.
  std::size_t most_bytes() const { return most_; }
  void limit(std::size_t bytes);
  // `name` and `value` must not point into this table. Too large for it: it is empty afterwards.
  // `hash` is the caller's, for find().
  void add(std::string_view name, std::string_view value, std::uint32_t hash = 0);

  std::size_t size() const { return slots_.size() - first_; }
  // 0 is the newest. Valid until the next change.
  http::Field operator[](std::size_t index) const {
    return field(slots_[slots_.size() - 1 - index]);
  }
  // The newest of that hash that is this field; size() if there is none.
  std::size_t find(std::string_view name, std::string_view value, std::uint32_t hash) const;

 private:
  struct Slot {
    std::uint32_t start;  // in text_
    std::uint32_t name;   // bytes; the value follows at once
    std::uint32_t value;  // bytes
    std::uint32_t hash;
    std::size_t bytes() const { return name + value + 32; }
  };
  http::Field field(const Slot& slot) const {
    const char* start = text_.data() + slot.start;
    return {{start, slot.name}, {start + slot.name, slot.value}};
  }
  void evict(std::size_t down_to);
  void compact();

  std::string text_;
  std::vector<Slot> slots_;  // oldest first; those before first_ are gone
  std::size_t first_ = 0;
  std::size_t bytes_ = 0;
  std::size_t most_ = default_bytes;
};

}  // namespace h2
