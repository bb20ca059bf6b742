#include "server/h2/huffman.h"

#include <array>

namespace h2::huffman {
namespace {

constexpr std::size_t eos = 256;
constexpr unsigned longest = 30;  // bits

// The code is canonical: a symbol's length tells the rest. By symbol; the last is EOS.
constexpr std::array<std::uint8_t, 257> lengths = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,
    5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10, 13, 6,  7,  7,  7,  7,  7,  7,
    7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,
    15, 5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,  6,  7,  6,  5,  5,  6,  7,  7,
    7,  7,  7,  15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21,
    23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24,
    21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
};

struct Code {
  std::array<std::uint32_t, 257> of{};  // of a symbol, in its low bits
  // For decoding. All codes of a length stand together, in the order of their symbols...
  std::array<std::uint16_t, 257> symbols{};
  std::array<std::uint16_t, longest + 1> start{};  // ...from here in `symbols`
  std::array<std::uint32_t, longest + 1> first{};  // the lowest code of a length
  std::array<std::uint64_t, longest + 1> above{};  // 32 bits from here on are a longer code
  // By the first byte, where it is enough: the symbol, and its length in bits; else 0.
  std::array<std::uint8_t, 256> quick_symbol{};
  std::array<std::uint8_t, 256> quick_length{};
};

constexpr Code make_code() {
  Code code;
  std::uint32_t next = 0;
  std::uint16_t place = 0;
  for (unsigned length = 1; length <= longest; ++length) {
    next <<= 1;
    code.start[length] = place;
    code.first[length] = next;
    for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      if (lengths[symbol] != length) continue;
      if (length <= 8) {
        const std::uint32_t low = next << (8 - length);
        for (std::uint32_t byte = low; byte < low + (1U << (8 - length)); ++byte) {
          code.quick_symbol[byte] = static_cast<std::uint8_t>(symbol);
          code.quick_length[byte] = static_cast<std::uint8_t>(length);
        }
      }
      code.of[symbol] = next++;
      code.symbols[place++] = static_cast<std::uint16_t>(symbol);
    }
    code.above[length] = static_cast<std::uint64_t>(next) << (32 - length);
  }
  return code;
}

constexpr Code code = make_code();
static_assert(code.of['0'] == 0 && code.of['X'] == 0xfc && code.of[eos] == 0x3fffffff);

}  // namespace

std::size_t encoded_size(std::string_view text) {
  std::size_t bits = 0;
  for (const char c : text) bits += lengths[static_cast<std::uint8_t>(c)];
  return (bits + 7) / 8;
}

char* encode(std::string_view text, char* to) {
  std::uint64_t bits = 0;  // the low `count` of them
  unsigned count = 0;
  const auto put = [&](std::uint64_t byte) { *to++ = static_cast<char>(byte); };
  for (const char c : text) {
    const auto symbol = static_cast<std::uint8_t>(c);
    bits = bits << lengths[symbol] | code.of[symbol];
    count += lengths[symbol];
    if (count < 32) continue;
    count -= 32;
    for (unsigned shift = 32; shift > 0; shift -= 8) put(bits >> (count + shift - 8));
  }
  for (; count >= 8; count -= 8) put(bits >> (count - 8));
  if (count > 0) put(bits << (8 - count) | 0xffU >> count);
  return to;
}

bool decode(std::span<const std::uint8_t> bytes, std::string& to) {
  const std::size_t start = to.size();
  to.resize(start + bytes.size() * 8 / 5);  // no code is shorter than 5 bits
  char* put = to.data() + start;
  std::uint64_t bits = 0;  // the high `count` of them; below are zeros
  unsigned count = 0;
  std::size_t at = 0;
  bool fine = false;
  for (;;) {
    while (count <= 56 && at < bytes.size()) {
      bits |= static_cast<std::uint64_t>(bytes[at++]) << (56 - count);
      count += 8;
    }
    if (count == 0) {
      fine = true;
      break;
    }
    // What follows the end reads as ones.
    const std::uint64_t window = count < 64 ? bits | ~std::uint64_t{0} >> count : bits;
    unsigned length = code.quick_length[window >> 56];
    std::uint16_t symbol = code.quick_symbol[window >> 56];
    if (length == 0) {
      const std::uint64_t word = window >> 32;
      for (length = 9; length < longest && word >= code.above[length];) ++length;
      const auto offset = static_cast<std::uint32_t>(word >> (32 - length)) - code.first[length];
      symbol = code.symbols[code.start[length] + offset];
    }
    if (length > count) {
      fine = count < 8 && window == ~std::uint64_t{0};  // padding
      break;
    }
    if (symbol == eos) break;
    *put++ = static_cast<char>(symbol);
    bits <<= length;
    count -= length;
  }
  to.resize(static_cast<std::size_t>(put - to.data()));
  return fine;
}

}  // namespace h2::huffman
