// Stream: the one exchange in flight inside a session of HTTP/1.1: the request as it comes in, the
// response as it goes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/access.h"
#include "server/http/body.h"
#include "server/http/content.h"
#include "server/http/exchange.h"
#include "server/http/message.h"
#include "server/net/loop.h"

namespace h1 {

class Session;

class Stream final : public http::Waker, private http::ContentSource {
 public:
  // `number` counts the requests of the connection, from 1.
  Stream(Session& session, std::int32_t number, http::Request request);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  const http::Request& request() const { return request_; }
  // The right to answer this stream; to be made once.
  http::Exchange exchange();

  // ---- the content
  void receive(std::string_view content);
  void end_content(http::Headers trailers) {
    content_ended_ = true;
    trailers_ = std::move(trailers);
  }
  bool content_ended() const { return content_ended_; }
  bool content_begun() const { return content_begun_; }
  // Bytes that nobody has asked for yet.
  std::size_t content_held() const { return collecting_ ? 0 : content_.size(); }
  // Somebody waits for content that the client has yet to send.
  bool awaits_content() const;
  // Somebody reads it as it comes, perhaps beyond the answer's beginning.
  bool content_read() const { return reader_ != nullptr; }
  net::Clock::time_point last_content() const { return last_content_; }
  // Gives collected content away, if it has been asked for and is whole (or is too much); wakes
  // whoever reads it as it comes.
  void deliver_content();
  // There will be no more of it, and it is not whole.
  void cut_content();
  // The stream ends: whoever still works on an answer is told that the client has gone, and nothing
  // said to its exchange is heard any more.
  void close();

  // Answers in the handler's place.
  void refuse(http::Response response);

  // ---- the response
  bool answered() const { return answered_; }
  const http::Response& response() const { return response_; }
  http::Read read(std::span<std::byte> into);
  // The body has said "nothing yet".
  bool waiting() const { return waiting_; }
  bool live() const { return response_.live; }
  std::uint64_t sent() const { return sent_; }
  // A body that is asked for bytes and not let: neither waiting for news nor at its end.
  bool could_send() const { return response_.body != nullptr && !waiting_; }
  net::Clock::time_point last_progress() const { return last_progress_; }

  // What was sent, for the access log; `error_code` as in RFC 9113 section 7.
  http::Access access(const http::Peer& peer, std::uint32_t error_code) const;

  void wake() override;

 private:
  class Wire;  // the link behind an Exchange, which may outlive the stream

  void respond(http::Response response);
  void collect(std::size_t limit, std::function<void(std::string)> then);
  std::unique_ptr<http::Body> content();
  http::Read read_content(std::span<std::byte> into) override;
  http::Headers take_trailers() override { return std::exchange(trailers_, {}); }
  void reader_gone() override { reader_ = nullptr; }
  net::Clock::time_point now() const;

  Session& session_;
  const std::int32_t number_;
  const http::Request request_;
  Wire* wire_ = nullptr;                 // cleared by whoever of the two goes first
  http::ContentBody* reader_ = nullptr;  // likewise
  bool closed_ = false;
  bool answered_ = false;
  bool content_begun_ = false;
  bool content_ended_ = false;
  bool waiting_ = false;

  std::string content_;
  http::Headers trailers_;  // of the request
  std::size_t content_limit_ = 0;
  std::function<void(std::string)> collecting_;

  http::Response response_;
  std::uint64_t sent_ = 0;
  const net::Clock::time_point began_;
  net::Clock::time_point answered_at_;
  net::Clock::time_point last_progress_;
  net::Clock::time_point last_content_;
};

}  // namespace h1
