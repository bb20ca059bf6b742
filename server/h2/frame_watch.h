// FrameWatch: reads the frame headers of a client in front of nghttp2, which in the mode of RFC
// 9218 forgets closed streams and shows nobody the frames that refer to them. Finds what must end
// the connection, and counts what is cheap to send but not to receive.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace h2 {

// RFC 9113 section 7, those that the watch can come to.
enum class Verdict : std::uint32_t {
  fine = 0,
  protocol_error = 0x1,
  stream_closed = 0x5,
  frame_size_error = 0x6,
  enhance_your_calm = 0xb,
};

class FrameWatch {
 public:
  struct Passed {
    std::size_t bytes;  // how many of the given may go to nghttp2
    Verdict verdict;    // if not fine: end the connection with this, and feed no more
  };
  Passed feed(std::span<const std::byte> bytes);
  // The frame that was judged last, for the log: "PING on stream 0".
  std::string last_frame() const;

  // A budget for odd frames: starts full, refilled with time (see refill), emptied by judge() and
  // by charge(). Empty = enhance_your_calm.
  static constexpr double burst = 1000;
  static constexpr double refill_per_second = 100;
  void refill(std::chrono::duration<double> passed);
  // For what the session sees: an invalid frame, a stream reset by us for the client's fault.
  void charge(double tokens) { tokens_ -= tokens; }
  bool exhausted() const { return tokens_ < 0; }

 private:
  // One bit for each of the last streams that the client opened.
  class StreamBits {
   public:
    bool get(std::uint32_t number) const;
    void set(std::uint32_t number, bool on);
    void fill(bool on);

   private:
    std::array<std::uint64_t, 8> words_{};
  };

  bool known(std::uint32_t id) const { return id <= highest_ && (highest_ - id) / 2 < remembered; }
  Verdict judge();
  Verdict judge_data(std::uint32_t id);
  Verdict judge_headers(std::uint32_t id);
  Verdict judge_priority(std::uint32_t id);
  Verdict judge_field_block(std::uint32_t id);
  double price() const;

  static constexpr std::uint32_t remembered = 512;
  std::array<std::uint8_t, 14> head_{};  // a frame header and up to 5 bytes of payload
  unsigned have_ = 0;
  unsigned need_ = 9;
  std::uint32_t length_ = 0;    // of the payload of the frame in head_
  std::uint32_t to_skip_ = 0;   // of payload
  bool open_block_ = false;     // a field block has begun and not ended: CONTINUATION must follow
  unsigned continuations_ = 0;  // of that block
  unsigned preface_left_ = 24;  // bytes of the client's connection preface
  std::uint32_t highest_ = 0;   // stream identifier
  StreamBits ended_;            // by the client: END_STREAM or RST_STREAM
  StreamBits jumped_;           // identifiers that the client left out: closed (section 5.1.1)
  double tokens_ = burst;
};

}  // namespace h2
