// Decoder: undoes the content coding of a message as its bytes arrive (RFC 9110 section 8.4).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lab {

class Decoder {
 public:
  enum class Status {
    good,
    damaged,
    too_long,  // more comes out than any page has: a bomb
  };

  virtual ~Decoder() = default;
  // Appends to `plain` what can be told so far.
  virtual Status decode(std::span<const std::byte> coded, std::string& plain) = 0;

  // For `plain` as a whole.
  static constexpr std::size_t longest = std::size_t{64} << 20;
};

// What accept-encoding says.
inline constexpr std::string_view known_codings = "gzip, br, zstd";

// Null for a coding that is not known, or for more than one.
std::unique_ptr<Decoder> make_decoder(std::string_view content_encoding);

}  // namespace lab
