// FrameReader: the bytes of a client become frames, however they are cut. Checks what a frame's
// head alone can tell of sizes, and padding; what a frame means is its sink's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "server/h2/frame.h"

namespace h2 {

class FrameSink {
 public:
  // A frame begins. A fault ends the reading, here as in the others.
  virtual Fault begin(const FrameHead& head) = 0;
  // A piece of DATA, without padding; valid within the call.
  virtual Fault data(const FrameHead& head, std::span<const std::uint8_t> piece) = 0;
  virtual Fault data_end(const FrameHead& head) = 0;
  // Any other frame, whole and without padding; valid within the call.
  virtual Fault frame(const FrameHead& head, std::span<const std::uint8_t> payload) = 0;

 protected:
  ~FrameSink() = default;
};

class FrameReader {
 public:
  // Nothing may be read after a fault.
  Fault read(std::span<const std::uint8_t> bytes, FrameSink& sink);
  // The frame that has begun last.
  const FrameHead& head() const { return head_; }
  // Its payload has not been read to its end.
  bool inside() const { return state_ != State::greeting && state_ != State::head; }

 private:
  enum class State { greeting, head, padding_length, data, padding, payload };

  Fault step(std::span<const std::uint8_t>& bytes, FrameSink& sink);
  Fault begin(FrameSink& sink);
  Fault read_data(std::span<const std::uint8_t>& bytes, FrameSink& sink);
  Fault read_payload(std::span<const std::uint8_t>& bytes, FrameSink& sink);
  Fault give(std::span<const std::uint8_t> payload, FrameSink& sink);

  State state_ = State::greeting;
  FrameHead head_;
  std::size_t left_ = preface.size();  // bytes, of what the state says
  std::uint32_t padding_ = 0;          // of DATA, still to come
  std::string held_;                   // a head or payload of which more is to come
};

}  // namespace h2
