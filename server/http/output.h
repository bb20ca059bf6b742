// Output: at most one TLS record's worth of bytes being filled by a session. Lent by the worker to
// one session at a time; owned by none.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <span>

namespace http {

class Output {
 public:
  static constexpr std::size_t capacity = 16 * 1024;  // RFC 8446 section 5.1

  std::span<const std::byte> bytes() const { return std::span(space_).first(used_); }
  std::span<std::byte> free() { return std::span(space_).subspan(used_); }
  // The first `count` bytes of free() have been written.
  void commit(std::size_t count) { used_ += count; }
  // Takes as much of `bytes` as fits.
  std::size_t append(std::span<const std::byte> bytes) {
    const std::size_t count = bytes.size() < capacity - used_ ? bytes.size() : capacity - used_;
    std::memcpy(space_.data() + used_, bytes.data(), count);
    used_ += count;
    return count;
  }
  void clear() { used_ = 0; }

 private:
  std::array<std::byte, capacity> space_;
  std::size_t used_ = 0;
};

}  // namespace http
