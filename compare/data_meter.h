// DataMeter: counts the bytes of content that come on each stream, in front of nghttp2, which says
// nothing of DATA on a stream that was cancelled. Reads frame headers only (RFC 9113 section 4.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>

namespace lab {

class DataMeter {
 public:
  // What the server sends, in pieces of any size.
  void read(std::span<const std::byte> bytes);

  // Padding counts as content.
  std::uint64_t content_of(std::int32_t stream) const;

 private:
  void begin_frame();

  static constexpr std::size_t header_size = 9;
  std::array<std::byte, header_size> header_;
  std::size_t header_read_ = 0;
  std::size_t payload_left_ = 0;
  std::uint64_t* counted_ = nullptr;  // of the stream whose DATA is coming; null: another frame
  std::unordered_map<std::int32_t, std::uint64_t> content_;
};

}  // namespace lab
