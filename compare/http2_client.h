// Http2Client: the client's half of an HTTP/2 connection without any I/O, over nghttp2: bytes in by
// receive(), bytes out by next_output(). nghttp2's callbacks only note what happened. Knows nothing
// of pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compare/data_meter.h"
#include "server/http/headers.h"

struct nghttp2_session;

namespace lab {

class Http2Client {
 public:
  struct Event {
    enum class Kind : std::uint8_t {
      interim,     // 1xx; `fields` with :status
      headers,     // final; `fields` with :status
      content,     // `content`
      ended,       // the answer is whole
      broken,      // the stream was reset, or never begun: `error`
      promise,     // on `stream`: `promised` will answer the request of `fields`
      going_away,  // GOAWAY: `error`, and `stream`, the last that will be served
      pong,
    };
    Kind kind = Kind::pong;
    std::int32_t stream = 0;
    std::int32_t promised = 0;
    std::uint32_t error = 0;  // RFC 9113 section 7
    http::Headers fields = {};
    std::span<const std::byte> content = {};
  };

  // ENABLE_PUSH, with room for a thousand; the windows are those of Chromium.
  enum class Pushes { refused, taken };
  explicit Http2Client(Pushes pushes);
  ~Http2Client();
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;

  // What these bytes brought, in order. Contents point into `bytes`; all is valid until the next
  // call.
  std::span<const Event> receive(std::span<const std::byte> bytes);
  // Empty: nothing to say. Valid until the next call.
  std::span<const std::byte> next_output();

  // GET with these fields, pseudo-header fields first; gives the stream.
  std::int32_t request(const http::Headers& fields);
  // RST_STREAM with CANCEL.
  void cancel(std::int32_t stream);
  void ping();

  // Content that has come on the stream, also since it was cancelled.
  std::uint64_t content_of(std::int32_t stream) const { return meter_.content_of(stream); }
  // The server has sent GOAWAY.
  bool going_away() const { return going_away_; }
  // The server broke the protocol, and has been told; the connection must be closed.
  bool ended_for_error() const;

 private:
  struct Callbacks;
  struct FreeSession {
    void operator()(nghttp2_session* session) const;
  };

  std::vector<Event> events_;  // noted
  std::vector<Event> told_;
  http::Headers section_;  // the header section that is coming in
  DataMeter meter_;
  bool damaged_ = false;
  bool going_away_ = false;
  bool receiving_ = false;
  std::unique_ptr<nghttp2_session, FreeSession> nghttp2_;
};

// "REFUSED_STREAM"; for people.
std::string error_name(std::uint32_t error_code);

}  // namespace lab
