// ByteQueue: bytes that are made at one end and taken from the other, in one piece of memory that
// is written without being cleared first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace h2 {

class ByteQueue {
 public:
  bool empty() const { return first_ == end_; }
  // What has not been taken.
  std::span<const std::byte> bytes() const {
    return {reinterpret_cast<const std::byte*>(space_.get()) + first_, end_ - first_};
  }
  std::size_t size() const { return end_ - first_; }
  void take(std::size_t count) {
    first_ += count;
    if (!empty()) return;
    first_ = end_ = 0;
    if (capacity_ > kept_capacity) {
      space_.reset();
      capacity_ = 0;
    }
  }

  void append(std::string_view text) {
    char* const to = room(text.size());
    std::memcpy(to, text.data(), text.size());
    commit(to + text.size());
  }
  // Where the next bytes go; there is room for `count`. Valid until the next call.
  char* room(std::size_t count) {
    if (end_ + count > capacity_) grow(count);
    return space_.get() + end_;
  }
  // Everything up to `end`, which lies within that room, has been written.
  void commit(const char* end) { end_ = static_cast<std::size_t>(end - space_.get()); }

  // Of bytes that have not been taken: how far behind the first a place is that stays the same.
  std::size_t mark() const { return end_ - first_; }
  char* at(std::size_t mark) { return space_.get() + first_ + mark; }
  void cut(std::size_t mark) { end_ = first_ + mark; }

 private:
  static constexpr std::size_t kept_capacity = 4096;

  void grow(std::size_t count) {
    const std::size_t used = end_ - first_;
    const std::size_t wanted = std::max(2 * used, used + count + 256);
    std::unique_ptr<char[]> larger(new char[wanted]);
    if (used > 0) std::memcpy(larger.get(), space_.get() + first_, used);
    space_ = std::move(larger);
    capacity_ = wanted;
    first_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> space_;
  std::size_t capacity_ = 0;
  std::size_t first_ = 0;
  std::size_t end_ = 0;
};

}  // namespace h2
