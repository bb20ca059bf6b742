// How a Session writes: all frames but DATA stand ready in one run of bytes, in the order in which
// they were made, which is the order that HPACK needs. DATA is made when there is room for it.
#include <algorithm>
#include <cstring>
#include <exception>

#include "server/h2/session.h"

namespace h2 {
namespace {

// A DATA frame smaller than this is not worth its head while more could follow in the next record.
constexpr std::int64_t least_payload = 256;

}  // namespace

bool Session::fill(http::Output& output) {
  inside_ = true;
  bool full = false;
  for (;;) {
    full = !put_pending(output);
    if (full) break;
    SendQueue::Entry* const next = ending_ || send_window_ <= 0 ? nullptr : queue_.front();
    if (next) {
      full = !put_data(static_cast<Stream&>(*next), output);
      if (full) break;
    } else if (closed_.empty()) {
      break;
    } else {
      reap();  // may make room for pushes
    }
  }
  reap();
  inside_ = false;
  return full || !pending_.empty();
}

bool Session::put_pending(http::Output& output) {
  if (!pending_.empty()) pending_.take(output.append(pending_.bytes()));
  return pending_.empty();
}

// The body writes into the output behind a gap for the frame's head, which is filled afterwards.
// False: there is no room.
bool Session::put_data(Stream& stream, http::Output& output) {
  const std::int64_t allowed =
      std::min({stream.send_window, send_window_, std::int64_t{largest_payload}});
  if (allowed <= 0) {
    queue_.remove(stream);  // until its window opens
    return true;
  }
  const std::span<std::byte> free = output.free();
  const auto worth = static_cast<std::size_t>(std::min(allowed, least_payload));
  if (free.size() < FrameHead::bytes + worth) return false;
  const std::size_t room =
      std::min(static_cast<std::size_t>(allowed), free.size() - FrameHead::bytes);
  http::Read got{};
  try {
    got = stream.read(free.subspan(FrameHead::bytes, room));
  } catch (const std::exception&) {
    reset(stream, ErrorCode::internal_error);  // that stream, and no other
    return true;
  }
  if (stream.closed()) return true;
  if (got.bytes == 0 && !got.end) {
    queue_.remove(stream);  // until its body wakes it
    return true;
  }
  const http::Headers trailers = got.end ? stream.body()->trailers() : http::Headers();
  const bool last = got.end && trailers.empty();
  const auto head = written({.length = static_cast<std::uint32_t>(got.bytes),
                             .type = FrameType::data,
                             .flags = last ? flag::end_stream : flag::none,
                             .stream = stream.id()});
  std::memcpy(free.data(), head.data(), head.size());
  output.commit(FrameHead::bytes + got.bytes);
  stream.send_window -= static_cast<std::int64_t>(got.bytes);
  send_window_ -= static_cast<std::int64_t>(got.bytes);
  if (got.end) {
    if (!last) send_trailers(stream, trailers);
    finish(stream);
  } else {
    queue_.sent(stream);
  }
  return true;
}

// END_STREAM has been said.
void Session::finish(Stream& stream) {
  queue_.remove(stream);
  stream.sent_all();
  if (stream.content_ended()) {
    close(stream, ErrorCode::no_error);
  } else {
    answered_early_ = true;
  }
}

// ------------------------------------------------------------------------------ frames to come

std::size_t Session::begin_field_block() {
  const std::size_t start = pending_.mark();
  pending_.commit(pending_.room(FrameHead::bytes) + FrameHead::bytes);
  return start;
}

// Fills in the head of the frame that began at `start`; what is too long for it goes into
// CONTINUATION.
void Session::end_field_block(std::size_t start, FrameHead head) {
  const std::size_t size = pending_.mark() - start - FrameHead::bytes;
  head.length = static_cast<std::uint32_t>(std::min<std::size_t>(size, largest_payload));
  if (size <= largest_payload) {
    head.flags |= flag::end_headers;
    const auto bytes = written(head);
    std::memcpy(pending_.at(start), bytes.data(), bytes.size());
    return;
  }
  const std::string block(pending_.at(start) + FrameHead::bytes, size);
  pending_.cut(start);
  for (std::size_t at = 0; at < block.size(); at += largest_payload) {
    const std::string_view piece = std::string_view(block).substr(at, largest_payload);
    head.length = static_cast<std::uint32_t>(piece.size());
    if (at + piece.size() == block.size()) head.flags |= flag::end_headers;
    put_head(head, pending_);
    pending_.append(piece);
    head.type = FrameType::continuation;
    head.flags = flag::none;
  }
}

void Session::send_interim(Stream& stream, std::string_view status, const http::Headers& fields) {
  const std::size_t start = begin_field_block();
  encoder_.begin(pending_);
  encoder_.add(":status", status, pending_);
  for (const http::Field field : fields) encoder_.add(field.name, field.value, pending_);
  end_field_block(start, {.type = FrameType::headers, .stream = stream.id()});
  note_output();
}

void Session::send_trailers(Stream& stream, const http::Headers& fields) {
  const std::size_t start = begin_field_block();
  encoder_.begin(pending_);
  for (const http::Field field : fields) encoder_.add(field.name, field.value, pending_);
  end_field_block(start,
                  {.type = FrameType::headers, .flags = flag::end_stream, .stream = stream.id()});
}

void Session::send_window_update(std::uint32_t id, std::uint32_t increment) {
  put_head({.length = 4, .type = FrameType::window_update, .stream = id}, pending_);
  put_32(increment, pending_);
}

void Session::send_rst_stream(std::uint32_t id, ErrorCode code) {
  put_head({.length = 4, .type = FrameType::rst_stream, .stream = id}, pending_);
  put_32(static_cast<std::uint32_t>(code), pending_);
}

void Session::send_goaway(std::uint32_t last, ErrorCode code) {
  put_head({.length = 8, .type = FrameType::goaway}, pending_);
  put_32(last, pending_);
  put_32(static_cast<std::uint32_t>(code), pending_);
}

}  // namespace h2
