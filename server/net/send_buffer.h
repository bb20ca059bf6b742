// SendBuffer: bytes on their way to the kernel, of one socket at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace net {

// Not a std::vector: that would clear what is about to be written over, a tenth of what it costs to
// encrypt it.
class SendBuffer {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<const std::byte> bytes() const { return {space_.get(), size_}; }
  void clear() { size_ = 0; }

  void append(std::span<const std::byte> bytes) {
    if (!bytes.empty()) std::memcpy(extend(bytes.size()).data(), bytes.data(), bytes.size());
  }
  // `count` more bytes at the end, for the caller to write; they stay in place until the next call.
  std::span<std::byte> extend(std::size_t count) {
    reserve(size_ + count);
    size_ += count;
    return {space_.get() + size_ - count, count};
  }

 private:
  void reserve(std::size_t size) {
    if (size <= capacity_) return;
    const std::size_t capacity = std::max(size, 2 * capacity_);
    auto space = std::make_unique_for_overwrite<std::byte[]>(capacity);
    if (size_ > 0) std::memcpy(space.get(), space_.get(), size_);
    space_ = std::move(space);
    capacity_ = capacity;
  }

  std::unique_ptr<std::byte[]> space_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

// What is in the buffer goes with its scope, however that is left: it is one socket's, and another
// would send it.
class Emptied {
 public:
  explicit Emptied(SendBuffer& buffer) : buffer_(buffer) {}
  ~Emptied() { buffer_.clear(); }
  Emptied(const Emptied&) = delete;
  Emptied& operator=(const Emptied&) = delete;

 private:
  SendBuffer& buffer_;
};

}  // namespace net
