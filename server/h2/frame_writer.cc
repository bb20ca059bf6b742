#include "server/h2/frame_writer.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace h2 {
namespace {

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

bool FrameWriter::put(http::Output& output) {
  if (lost_) throw std::bad_alloc();
  if (!ready_.empty()) ready_.take(output.append(ready_.bytes()));
  return ready_.empty();
}

// ------------------------------------------------------------------------------------ field blocks

void FrameWriter::begin_frame() {
  begun_ = ready_.mark();
  ready_.commit(ready_.room(FrameHead::bytes) + FrameHead::bytes);
}

void FrameWriter::begin_headers() {
  make([&] {
    begin_frame();
    encoder_.begin(ready_);
  });
}

void FrameWriter::begin_promise(std::uint32_t promised) {
  make([&] {
    begin_frame();
    put_32(promised, ready_);
    encoder_.begin(ready_);
  });
}

void FrameWriter::fields(const http::Headers& fields) {
  for (const http::Field each : fields) field(each.name, each.value);
}

void FrameWriter::end_headers(std::uint32_t id, std::uint8_t flags) {
  make([&] { end_block({.type = FrameType::headers, .flags = flags, .stream = id}); });
}

void FrameWriter::end_promise(std::uint32_t id) {
  make([&] { end_block({.type = FrameType::push_promise, .stream = id}); });
}

// Fills in the head of the frame, now that its length is known (sections 6.2, 6.6 and 6.10).
void FrameWriter::end_block(FrameHead head) {
  const std::size_t size = ready_.mark() - begun_ - FrameHead::bytes;
  if (size <= largest_payload) {
    head.length = static_cast<std::uint32_t>(size);
    head.flags |= flag::end_headers;
    const auto bytes = written(head);
    std::memcpy(ready_.at(begun_), bytes.data(), bytes.size());
    return;
  }
  const std::string payload(ready_.at(begun_) + FrameHead::bytes, size);
  ready_.cut(begun_);
  for (std::size_t at = 0; at < size; at += largest_payload) {
    const std::string_view piece = std::string_view(payload).substr(at, largest_payload);
    head.length = static_cast<std::uint32_t>(piece.size());
    if (at + piece.size() == size) head.flags |= flag::end_headers;
    put_head(head, ready_);
    ready_.append(piece);
    head.type = FrameType::continuation;
    head.flags = flag::none;
  }
}

// ------------------------------------------------------------------------------------ other frames

void FrameWriter::settings(std::initializer_list<std::pair<Setting, std::uint32_t>> list) {
  make([&] {
    put_head({.length = static_cast<std::uint32_t>(6 * list.size()), .type = FrameType::settings},
             ready_);
    for (const auto& [setting, value] : list) {
      put_16(static_cast<std::uint16_t>(setting), ready_);
      put_32(value, ready_);
    }
  });
}

void FrameWriter::settings_ack() {
  make([&] { put_head({.type = FrameType::settings, .flags = flag::ack}, ready_); });
}

void FrameWriter::ping() {
  constexpr std::string_view opaque("herald\0\0", 8);
  make([&] {
    put_head({.length = 8, .type = FrameType::ping}, ready_);
    ready_.append(opaque);
  });
}

void FrameWriter::ping_ack(std::span<const std::uint8_t> payload) {
  make([&] {
    put_head({.length = 8, .type = FrameType::ping, .flags = flag::ack}, ready_);
    ready_.append(text_of(payload));
  });
}

void FrameWriter::goaway(std::uint32_t last_stream, ErrorCode code) {
  make([&] {
    put_head({.length = 8, .type = FrameType::goaway}, ready_);
    put_32(last_stream, ready_);
    put_32(static_cast<std::uint32_t>(code), ready_);
  });
}

void FrameWriter::window_update(std::uint32_t id, std::uint32_t increment) {
  make([&] {
    put_head({.length = 4, .type = FrameType::window_update, .stream = id}, ready_);
    put_32(increment, ready_);
  });
}

void FrameWriter::rst_stream(std::uint32_t id, ErrorCode code) {
  make([&] {
    put_head({.length = 4, .type = FrameType::rst_stream, .stream = id}, ready_);
    put_32(static_cast<std::uint32_t>(code), ready_);
  });
}

}  // namespace h2
