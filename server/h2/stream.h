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
#include "server/h2/request_content.h"
#include "server/h2/send_queue.h"
#include "server/http/access.h"
#include "server/http/body.h"
#include "server/http/exchange.h"
#include "server/http/message.h"
#include "server/net/loop.h"

namespace h2 {

class Session;

// There may be a hundred on each connection, most of them waiting for hours: what is not needed by
// one that waits is apart, or dropped.
class Stream final : public http::Waker, public SendQueue::Entry {
 public:
  Stream(Session& session, std::uint32_t id);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool closed() const { return closed_; }

  // ---- the session's own account
  std::int64_t send_window = 0;  // bytes; SETTINGS may take it below 0 (RFC 9113 section 6.9.2)
  bool client_prioritised = false;
  bool begun = false;  // the HEADERS of the response have been made

  // ---- the request
  bool too_large = false;  // its header section: answered 431
  http::Request request;
  // The request does not end with its fields. As RequestContent has them.
  void expect_content(std::optional<std::uint64_t> length, std::int64_t room);
  // Null: there is none to come and none has come.
  RequestContent* content() const { return content_.get(); }
  // The client has said all of it.
  bool content_ended() const { return !content_ || content_->ended(); }
  // Content's: the session is to open the windows, and to say 100 if the client waits for that.
  void content_wanted();
  void proceed();
  net::Clock::time_point now() const;

  // ---- the session acts
  // The right to answer this stream; to be made once.
  http::Exchange exchange();
  // The stream is gone, or about to be: nothing said to its exchange is heard any more.
  void close(ErrorCode code);
  // Tells whoever waits for content or works on an answer that the client has gone.
  void tell_gone();
  // What was sent, for the access log.
  http::Access access(const http::Peer& peer, net::Clock::time_point now) const;

  // ---- the response
  void respond(http::Response response);
  bool answered() const { return answered_; }
  http::Response& response() { return response_; }
  // Null when there is none.
  http::Body* body() { return response_.body.get(); }
  http::Read read(std::span<std::byte> into);
  bool waiting() const { return waiting_; }
  // Since when the body has been able to go on without having been asked.
  net::Clock::time_point last_progress() const { return last_progress_; }
  // It was held back until now by something else than its client.
  void was_held_back() { last_progress_ = now(); }
  // Nothing but a window or its turn keeps the body back: the fields have gone before it, and it
  // neither waits for news nor is at its end.
  bool could_send() const { return begun && response_.body && !waiting_; }
  // The last frame of the response has gone: the body is not needed any more.
  void sent_all() { response_.body = nullptr; }
  bool has_sent_all() const { return begun && !response_.body; }
  bool live() const { return response_.live; }

  void wake() override;

 private:
  class Wire;  // the link behind an Exchange, which may outlive the stream

  void collect(std::size_t limit, std::function<void(std::string)> then);
  void shrink();

  bool closed_ = false;
  bool answered_ = false;
  bool waiting_ = false;  // the body has said "nothing yet"
  bool shrunk_ = false;
  ErrorCode error_code_ = ErrorCode::no_error;
  Session& session_;
  Wire* wire_ = nullptr;  // cleared by whoever of the two goes first
  std::unique_ptr<RequestContent> content_;
  http::Response response_;
  std::uint64_t sent_ = 0;
  const net::Clock::time_point began_;
  net::Clock::time_point answered_at_;
  net::Clock::time_point last_progress_;
};

}  // namespace h2
