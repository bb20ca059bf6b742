// Stream: one exchange in flight inside a session: the request as it comes in, the response as it
// goes out. What becomes a frame, and when, is its Session's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "server/h2/frame.h"
#include "server/h2/send_queue.h"
#include "server/http/access.h"
#include "server/http/body.h"
#include "server/http/content.h"
#include "server/http/exchange.h"
#include "server/http/message.h"
#include "server/net/loop.h"

namespace h2 {

class Session;

class Stream final : public http::Waker, public SendQueue::Entry, private http::ContentSource {
 public:
  Stream(Session& session, std::uint32_t id);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  std::uint32_t id() const { return id_; }
  bool closed() const { return closed_; }

  // ---- the session's own account
  std::int64_t send_window = 0;  // bytes; SETTINGS may take it below 0 (RFC 9113 section 6.9.2)
  std::int64_t receive_window = 0;
  std::size_t to_give_back = 0;  // of receive_window
  // Content that is still to come, if the request declares its length.
  std::optional<std::uint64_t> content_left;
  bool client_prioritised = false;
  bool begun = false;  // the HEADERS of the response have been made

  // ---- the request, as its frames are read
  http::Request request;
  bool too_large = false;  // its header section: answered 431
  void receive(std::string_view content);
  // Of padding, which takes room in the windows as content does.
  void skip(std::size_t bytes) { consumed_ += bytes; }
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
  void close(ErrorCode code);
  // Tells whoever waits for content or works on an answer that the client has gone.
  void tell_gone();
  // What was sent, for the access log.
  http::Access access(const http::Peer& peer, net::Clock::time_point now) const;

  // ---- the response
  bool answered() const { return answered_; }
  http::Response& response() { return response_; }
  // Null when there is none.
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
  const std::uint32_t id_;
  Wire* wire_ = nullptr;                 // cleared by whoever of the two goes first
  http::ContentBody* reader_ = nullptr;  // likewise
  bool closed_ = false;
  bool answered_ = false;
  bool content_ended_ = false;
  bool content_unwanted_ = false;  // nobody will read it: consume and forget
  bool waiting_ = false;           // the body has said "nothing yet"
  bool shrunk_ = false;
  ErrorCode error_code_ = ErrorCode::no_error;

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
