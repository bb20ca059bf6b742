// Stream: one exchange in flight inside a session: the request as it comes in, the response as it
// goes out. Speaks to nghttp2 through its Session only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "server/http/access.h"
#include "server/http/body.h"
#include "server/http/content.h"
#include "server/http/exchange.h"
#include "server/http/message.h"
#include "server/net/loop.h"

namespace h2 {

class Session;

class Stream final : public http::Waker, private http::ContentSource {
 public:
  Stream(Session& session, std::int32_t id);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  std::int32_t id() const { return id_; }
  bool closed() const { return closed_; }
  std::list<Stream>::iterator place;  // in the session's list

  // ---- the request, noted by the session's callbacks
  http::Request request;
  std::size_t header_bytes = 0;  // names, values and 32 for each field
  bool too_large = false;        // of the header section: answered 431
  void receive(std::string_view content);
  void end_content() { content_ended_ = true; }
  bool content_ended() const { return content_ended_; }
  http::Headers trailers;  // of the request
  // Bytes of content that need no room here any more and have not been told of before: the session
  // opens the windows by as much.
  std::size_t take_consumed() { return std::exchange(consumed_, 0); }
  // Bytes that still take room: they go with the stream.
  std::size_t unconsumed() const { return content_.size() - content_counted_; }

  // ---- the session acts
  // The right to answer this stream; to be made once.
  http::Exchange exchange();
  // Gives collected content away, if it has been asked for and is whole (or is too much); wakes
  // whoever reads it as it comes.
  void deliver_content();
  // The stream is gone, or about to be: nothing said to its exchange is heard any more.
  void close(std::uint32_t error_code);
  // Tells whoever waits for content or works on an answer that the client has gone.
  void tell_gone();
  // What was sent, for the access log.
  http::Access access(const http::Peer& peer, net::Clock::time_point now) const;

  // ---- the response
  bool answered() const { return answered_; }
  // The body for the session's read callback; null when there is none.
  http::Body* body() { return response_.body.get(); }
  http::Read read(std::span<std::byte> into);
  bool waiting() const { return waiting_; }
  // Since when the body has been able to go on without having been asked.
  net::Clock::time_point last_progress() const { return last_progress_; }
  net::Clock::time_point last_content() const { return last_content_; }
  bool content_unwanted() const { return content_unwanted_; }
  // Somebody waits for content that the client has yet to send.
  bool awaits_content() const;
  // A body that is asked for bytes and not let: neither waiting for news nor at its end.
  bool could_send() const { return response_.body != nullptr && !waiting_; }
  // The last frame of the response has gone: the body is not needed any more.
  void sent_all() { response_.body = nullptr; }
  bool live() const { return response_.live; }

  void wake() override;

 private:
  class Wire;  // the link behind an Exchange, which may outlive the stream

  void respond(http::Response response);
  void collect(std::size_t limit, std::function<void(std::string)> then);
  std::unique_ptr<http::Body> content();
  http::Read read_content(std::span<std::byte> into) override;
  http::Headers take_trailers() override { return std::exchange(trailers, {}); }
  void reader_gone() override;
  void drop_content();
  void refuse_content();
  void shrink();

  Session& session_;
  const std::int32_t id_;
  Wire* wire_ = nullptr;                 // cleared by whoever of the two goes first
  http::ContentBody* reader_ = nullptr;  // likewise
  bool closed_ = false;
  bool answered_ = false;
  bool content_ended_ = false;
  bool content_unwanted_ = false;  // nobody will read it: consume and forget
  bool waiting_ = false;           // the body has said "nothing yet"
  bool shrunk_ = false;
  std::uint32_t error_code_ = 0;

  std::string content_;
  std::size_t content_limit_ = 0;
  std::size_t consumed_ = 0;         // not yet told
  std::size_t content_counted_ = 0;  // of content_, how much is in consumed_ or has been told
  std::function<void(std::string)> collecting_;

  http::Response response_;
  std::uint64_t sent_ = 0;
  const net::Clock::time_point began_;
  net::Clock::time_point answered_at_;
  net::Clock::time_point last_progress_;
  net::Clock::time_point last_content_;
};

}  // namespace h2
