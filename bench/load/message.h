// Message: what the load publishes, found again in whatever a server wraps it in. A mark of fixed
// size carries its number and the time it was published at; the rest is padding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

// '#', the number in 8 hexadecimal digits, nanoseconds of the steady clock in 16.
inline constexpr std::size_t mark_size = 25;

struct Mark {
  std::uint32_t number;
  std::uint64_t published;  // nanoseconds
};

// Exactly `size` bytes, or the mark alone if that is less.
std::string message(Mark mark, std::size_t size);

// Finds the marks in an answer that comes in pieces, cut anywhere.
class MarkReader {
 public:
  // Calls `found(Mark)` for each mark that ends in `bytes`.
  template <typename Found>
  void feed(std::string_view bytes, Found found) {
    if (have_ > 0) bytes.remove_prefix(complete(bytes, found));
    for (;;) {
      const std::size_t at = bytes.find('#');
      if (at == std::string_view::npos) return;
      bytes.remove_prefix(at);
      if (bytes.size() < mark_size) return keep(bytes);
      found(parse(bytes));
      bytes.remove_prefix(mark_size);
    }
  }

 private:
  template <typename Found>
  std::size_t complete(std::string_view bytes, Found found) {
    const std::size_t taken = std::min(bytes.size(), mark_size - have_);
    bytes.copy(cut_.data() + have_, taken);
    have_ = static_cast<std::uint8_t>(have_ + taken);
    if (have_ < mark_size) return taken;
    have_ = 0;
    found(parse({cut_.data(), mark_size}));
    return taken;
  }
  void keep(std::string_view bytes);
  static Mark parse(std::string_view bytes);

  std::array<char, mark_size> cut_;
  std::uint8_t have_ = 0;
};

}  // namespace bench
