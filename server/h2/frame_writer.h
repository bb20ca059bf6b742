// FrameWriter: frames that are ready to be sent, in the order in which they were made: all but
// DATA. Field blocks are coded as they are made, because HPACK needs that order. Where there is no
// memory for a frame nothing is thrown, as what goes may have something to say: put() tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include "server/h2/byte_queue.h"
#include "server/h2/frame.h"
#include "server/h2/hpack_encoder.h"
#include "server/http/headers.h"
#include "server/http/output.h"

namespace h2 {

class FrameWriter {
 public:
  // ---- HEADERS and PUSH_PROMISE: begin, the fields in their order, end
  void begin_headers();
  void begin_promise(std::uint32_t promised);
  void field(std::string_view name, std::string_view value) {
    make([&] { encoder_.add(name, value, ready_); });
  }
  void fields(const http::Headers& fields);
  // Of the stream `id`. What is too long for one frame goes on in CONTINUATION.
  void end_headers(std::uint32_t id, std::uint8_t flags = flag::none);
  void end_promise(std::uint32_t id);

  void settings(std::initializer_list<std::pair<Setting, std::uint32_t>> list);
  void settings_ack();
  void ping();
  // With the payload of the PING that it answers.
  void ping_ack(std::span<const std::uint8_t> payload);
  void goaway(std::uint32_t last_stream, ErrorCode code);
  void window_update(std::uint32_t id, std::uint32_t increment);
  void rst_stream(std::uint32_t id, ErrorCode code);

  // The client's SETTINGS_HEADER_TABLE_SIZE.
  void limit_table(std::size_t bytes) { encoder_.limit(bytes); }

  std::size_t bytes() const { return ready_.size(); }
  bool empty() const { return ready_.empty(); }
  // As much as fits. False: there is more. Throws std::bad_alloc from the first frame on for which
  // there was no memory: the client could not follow any more.
  bool put(http::Output& output);

 private:
  template <typename Make>
  void make(const Make& some) {
    if (lost_) return;
    try {
      some();
    } catch (const std::bad_alloc&) {
      lost_ = true;
    }
  }
  void begin_frame();
  void end_block(FrameHead head);

  ByteQueue ready_;
  HpackEncoder encoder_;
  std::size_t begun_ = 0;  // where the frame of the field block begins that is being made
  bool lost_ = false;      // of all this, something
};

}  // namespace h2
