// H2Client: what a client of HTTP/2 holds a server to, whatever the client itself says. The frames
// of both directions pass it, and it requires that none comes back which RFC 9113 forbids the
// server to send: beyond a window, behind the end of a stream, into a field block, a push that was
// declined.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "fuzz/target.h"
#include "server/h2/frame.h"

namespace fuzz {

class H2Client {
 public:
  // Bytes behind the preface.
  void sent(std::string_view bytes) { take(to_server_, bytes, &H2Client::allow); }
  void received(std::span<const std::byte> bytes) {
    take(to_client_, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, &H2Client::judge);
  }

  // What the server has ended, with its codes.
  std::optional<std::uint32_t> goaway() const { return goaway_; }
  const std::map<std::uint32_t, std::uint32_t>& resets() const { return resets_; }

 private:
  using Type = h2::FrameType;
  struct Frame {
    h2::FrameHead head;
    std::span<const std::uint8_t> payload;
    bool is(Type type) const { return head.type == type; }
    bool has(std::uint8_t flag) const { return head.has(flag); }
    std::uint32_t number() const { return h2::read_32(payload); }
  };
  struct Stream {
    bool ended = false;  // END_STREAM
    bool reset = false;
    std::int64_t window = 0;  // beyond the initial one
  };

  void take(std::string& pending, std::string_view bytes, void (H2Client::*with)(const Frame&)) {
    pending.append(bytes);
    std::span<const std::uint8_t> rest(reinterpret_cast<const std::uint8_t*>(pending.data()),
                                       pending.size());
    while (rest.size() >= h2::FrameHead::bytes) {
      const h2::FrameHead head = h2::read_head(rest.first<h2::FrameHead::bytes>());
      const std::size_t size = h2::FrameHead::bytes + head.length;
      if (rest.size() < size) break;
      (this->*with)({head, rest.first(size).subspan(h2::FrameHead::bytes)});
      rest = rest.subspan(size);
    }
    pending.erase(0, pending.size() - rest.size());
  }

  void allow(const Frame& frame) {
    if (frame.is(Type::settings) && !frame.has(h2::flag::ack)) {
      unacknowledged_.emplace_back(frame.payload.begin(), frame.payload.end());
    }
    if (frame.is(Type::window_update) && frame.payload.size() == 4) {
      (frame.head.stream == 0 ? connection_ : streams_[frame.head.stream].window) +=
          frame.number() & 0x7fff'ffffU;
    }
  }
  // What was set holds from here on (section 6.5.3).
  void acknowledged() {
    require(!unacknowledged_.empty(), "only what was set is acknowledged");
    const std::string said = std::move(unacknowledged_.front());
    unacknowledged_.pop_front();
    std::span<const std::uint8_t> rest(reinterpret_cast<const std::uint8_t*>(said.data()),
                                       said.size());
    for (; rest.size() >= 6; rest = rest.subspan(6)) {
      const int name = rest[0] << 8 | rest[1];
      const std::uint32_t value = h2::read_32(rest.subspan(2));
      if (name == 2) takes_pushes_ = value != 0;
      if (name == 4) initial_window_ = value;
    }
  }

  void judge(const Frame& frame) {
    require(frame.payload.size() <= 16'384, "no frame is longer than the client has allowed");
    require((block_of_ != 0) == frame.is(Type::continuation), "a field block is not interrupted");
    if (frame.is(Type::settings) && frame.has(h2::flag::ack)) acknowledged();
    if (frame.is(Type::goaway)) goaway_ = h2::read_32(frame.payload.subspan(4));
    if (frame.head.stream != 0) return judge(frame, streams_[frame.head.stream]);
    require(!frame.is(Type::data) && !frame.is(Type::headers) && !frame.is(Type::rst_stream),
            "answers are on streams");
  }
  void judge(const Frame& frame, Stream& stream) {
    if (frame.is(Type::rst_stream)) {
      resets_.emplace(frame.head.stream, frame.number());
      stream.reset = true;
      return;
    }
    const bool fields = frame.is(Type::headers) || frame.is(Type::push_promise);
    if (frame.is(Type::continuation)) {
      require(frame.head.stream == block_of_, "a field block is of one stream");
    } else {
      require(!stream.reset, "nothing follows a reset");
      require(!stream.ended || frame.is(Type::window_update), "nothing follows END_STREAM");
    }
    if (frame.is(Type::push_promise)) require(takes_pushes_, "who declines pushes gets none");
    if (frame.is(Type::data)) take_data(stream, static_cast<std::int64_t>(frame.payload.size()));
    if (fields || frame.is(Type::continuation)) {
      block_of_ = frame.has(h2::flag::end_headers) ? 0 : frame.head.stream;
    }
    if ((frame.is(Type::data) || frame.is(Type::headers)) && frame.has(h2::flag::end_stream)) {
      stream.ended = true;
    }
  }
  void take_data(Stream& stream, std::int64_t bytes) {
    connection_ -= bytes;
    stream.window -= bytes;
    if (bytes == 0) return;
    require(connection_ >= 0, "the window of the connection is kept to");
    require(initial_window_ + stream.window >= 0, "the window of the stream is kept to");
  }

  std::string to_server_;  // a frame that is not whole yet
  std::string to_client_;
  std::deque<std::string> unacknowledged_;  // settings
  std::int64_t connection_ = 65'535;
  std::int64_t initial_window_ = 65'535;
  bool takes_pushes_ = true;
  std::uint32_t block_of_ = 0;  // the stream whose field block goes on; 0: none
  std::map<std::uint32_t, Stream> streams_;
  std::optional<std::uint32_t> goaway_;
  std::map<std::uint32_t, std::uint32_t> resets_;
};

}  // namespace fuzz
