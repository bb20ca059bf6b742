// ClientStreams: which stream identifiers a client has used, and whether it has ended them, long
// after the streams themselves are gone (RFC 9113 section 5.1).
#pragma once

#include <array>
#include <cstdint>

#include "server/h2/frame.h"

namespace h2 {

class ClientStreams {
 public:
  // `id` is odd, as those of clients are.
  bool idle(std::uint32_t id) const { return id > highest_; }
  // By END_STREAM or RST_STREAM, as far as is remembered.
  bool ended(std::uint32_t id) const { return known(id) && ended_.get(id / 2); }
  // The client went on to a higher one: closed without ever having been open (section 5.1.1).
  bool jumped(std::uint32_t id) const { return known(id) && jumped_.get(id / 2); }
  std::uint32_t highest() const { return highest_; }

  void open(std::uint32_t id);
  void end(std::uint32_t id) {
    if (known(id)) ended_.set(id / 2, true);
  }

 private:
  static constexpr std::uint32_t remembered = 512;

  // One bit for each of the last streams.
  class Bits {
   public:
    bool get(std::uint32_t number) const { return (word(number) >> (number & 63) & 1) != 0; }
    void set(std::uint32_t number, bool on);
    void fill(bool on) { words_.fill(on ? ~std::uint64_t{0} : 0); }

   private:
    std::uint64_t word(std::uint32_t number) const {
      return words_[(number >> 6) % (remembered / 64)];
    }
    std::array<std::uint64_t, remembered / 64> words_{};
  };
  bool known(std::uint32_t id) const { return id <= highest_ && (highest_ - id) / 2 < remembered; }

  std::uint32_t highest_ = 0;
  Bits ended_;
  Bits jumped_;
};

}  // namespace h2
