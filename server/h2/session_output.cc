// How a Session writes: first the frames that are ready, then DATA, which is made when there is
// room for it. Requests and contents that were put off are handled before.
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
  if (put_off()) {
    dispatch();
    give_back_window();
  }
  bool full = false;
  for (;;) {
    full = !writer_.put(output);
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
  return full || !writer_.empty() || put_off();
}

// The body writes into the output behind a gap for the frame's head, which is filled afterwards.
// False: there is no room, or enough has been done at once.
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
  last_sent_ = stream.last_progress();
  stream.send_window -= static_cast<std::int64_t>(got.bytes);
  send_window_ -= static_cast<std::int64_t>(got.bytes);
  if (got.end) {
    if (!last) {
      writer_.begin_headers();
      writer_.fields(trailers);
      writer_.end_headers(stream.id(), flag::end_stream);
    }
    finish(stream);
  } else {
    queue_.sent(stream);
  }
  return !got.dear;
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

}  // namespace h2
