#include "hints/golomb.h"

#include <bit>

namespace hints {
namespace {

constexpr unsigned universe_bits = 16;

// Bits of a gap that are written as they are; what is above, as so many ones and a zero. Right for
// gaps as wide as they are on average.
unsigned low_bits(std::size_t members) {
  return universe_bits - static_cast<unsigned>(std::bit_width(members));
}

class BitWriter {
 public:
  void put(unsigned bit) {
    if (used_ % 8 == 0) text_ += '\0';
    if (bit != 0) text_.back() = static_cast<char>(text_.back() | (0x80 >> (used_ % 8)));
    ++used_;
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
  std::size_t used_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::string_view text) : text_(text) {}
  std::optional<unsigned> get() {
    if (next_ / 8 >= text_.size()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(text_[next_ / 8]);
    return (byte >> (7 - next_++ % 8)) & 1U;
  }

 private:
  std::string_view text_;
  std::size_t next_ = 0;
};

std::optional<std::uint32_t> read_gap(BitReader& bits, unsigned low) {
  std::uint32_t high = 0;
  for (;;) {
    const auto bit = bits.get();
    if (!bit) return std::nullopt;
    if (*bit == 0) break;
    ++high;
  }
  std::uint32_t gap = high;
  for (unsigned i = 0; i < low; ++i) {
    const auto bit = bits.get();
    if (!bit) return std::nullopt;
    gap = gap << 1 | *bit;
  }
  return gap;
}

}  // namespace

std::string golomb_encode(const std::vector<std::uint16_t>& members) {
  std::string text(1, static_cast<char>(members.size()));
  const unsigned low = low_bits(members.size());
  BitWriter bits;
  std::uint32_t next = 0;  // the least that the next member can be
  for (const std::uint16_t member : members) {
    const std::uint32_t gap = member - next;
    for (std::uint32_t i = gap >> low; i > 0; --i) bits.put(1);
    bits.put(0);
    for (unsigned i = low; i > 0; --i) bits.put(gap >> (i - 1) & 1U);
    next = member + 1U;
  }
  return text + std::move(bits).text();
}

std::optional<std::vector<std::uint16_t>> golomb_decode(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::size_t count = static_cast<unsigned char>(text.front());
  BitReader bits(text.substr(1));
  std::vector<std::uint16_t> members;
  std::uint32_t next = 0;
  while (members.size() < count) {
    const auto gap = read_gap(bits, low_bits(count));
    if (!gap || *gap + next > 0xffff) return std::nullopt;
    members.push_back(static_cast<std::uint16_t>(next + *gap));
    next = members.back() + 1U;
  }
  return members;
}

}  // namespace hints
