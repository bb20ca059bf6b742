// LongPoll: GET /poll, for whoever cannot stream: events after a cursor, at once or as soon as
// there are any. Nothing is consumed by a read. The cursor is the client's, or kept for it by
// ClientCursors.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "server/http/handler.h"
#include "server/net/loop.h"
#include "sse/anteroom.h"
#include "sse/audience.h"
#include "sse/authorization.h"
#include "sse/client_cursors.h"
#include "sse/cors.h"
#include "sse/jitter.h"
#include "sse/poll_request.h"
#include "sse/presence.h"
#include "sse/sequencer.h"
#include "sse/subscription.h"

namespace sse {

class LongPoll final : public http::Handler {
 public:
  struct Options {
    std::size_t held = 20'000;  // polls that wait, or are answered as they are read, of one worker
    Presence* presence = nullptr;          // null: nobody is told who polls
    std::size_t answer_bytes = 1'000'000;  // after which an answer takes no further event
    // Of answers as text that clients have yet to take, of one worker. An answer beyond that is
    // written as it is read (PollBody): that costs hardly any memory, but shares no text.
    std::size_t text_bytes = 4 << 20;
  };

  // All outlive the handler, which outlives its answers that are written as they are read.
  LongPoll(net::Loop& loop, Replica& replica, const Sequencer& sequencer, Audience& audience,
           ClientCursors& cursors, const Authorizer& authorizer, const Cors& cors,
           Anteroom& anteroom, Options options);
  ~LongPoll() override;

  void handle(const http::Request& request, http::Exchange exchange) override;
  // Polls that come from now on are as these say; those that wait go on.
  void use(const Options& options) { options_ = options; }
  // Answers all that wait.
  void drain();
  std::size_t held() const { return held_.size(); }
  // Bytes of answers as text that have yet to be taken.
  std::size_t text_bytes() const { return *text_bytes_; }

 private:
  struct Held;
  struct Text;
  struct Answer;
  using Polls = std::list<std::unique_ptr<Held>>;

  std::optional<http::Response> refuse(const PollRequest& poll);
  struct Poller;
  void hold(Poller poller, http::Exchange exchange);
  std::size_t busy() const { return held_.size() + bodies_; }
  void attend(const Poller& poller);
  void supersede(const std::string& client);
  static bool shareable(const Held& held);
  void answer(Held& held);
  void answer_empty(Held& held);
  Answer gather(Held& held, const std::optional<Gap>& gap);
  void answer_as_read(Held& held);
  void respond_empty(Held& held, const std::string& cursor);
  void respond(Held& held, std::unique_ptr<http::Body> body);
  void finish(Held& held);

  net::Loop& loop_;
  Replica& replica_;
  const Sequencer& sequencer_;
  Audience& audience_;
  ClientCursors& cursors_;
  const Authorizer& authorizer_;
  const Cors& cors_;
  Anteroom& anteroom_;
  Options options_;
  const std::shared_ptr<const http::Headers> prepared_;
  Jitter jitter_;
  const std::shared_ptr<std::size_t> text_bytes_ = std::make_shared<std::size_t>(0);
  std::size_t bodies_ = 0;  // answers that are written as they are read
  Polls held_;
  std::unordered_map<std::string, Held*> by_client_;
  std::unique_ptr<Answer> last_;  // many polls wait for the same: they share one text
  Polls finished_;                // until the turn's end: they may be in the middle of a call
  net::Later sweep_;
};

}  // namespace sse
