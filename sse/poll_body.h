// PollBody: an answer to a poll that is written as it is read, out of the reader's place in the
// history. It keeps some bytes of text, and of events the one that it is in the middle of, so that
// an answer that nobody takes costs hardly more than a poll that waits. Where the history has been
// lost before it was read the answer ends: the next poll hears of it. On one worker's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "server/http/body.h"
#include "sse/audience.h"
#include "sse/client_cursors.h"
#include "sse/poll_text.h"
#include "sse/subscription.h"

namespace sse {

class PollBody final : public http::Body, private Subscription::Reader {
 public:
  // Of a client whose cursor is kept, which moves on when all has been read.
  struct Receipt {
    ClientCursors& cursors;
    std::string client;
    ClientCursors::Turn turn;
    std::uint64_t connection;
  };
  struct Terms {
    std::size_t max = 100;     // messages
    std::size_t bytes = 0;     // of text, after which no further message is begun
    std::optional<Gap> gap{};  // to be told
    Shape shape = Shape::message;
    Frame frame = Frame::object;  // with a gap it is an object all the same
    std::optional<Receipt> receipt{};
  };

  // Goes on where `from` stands. `count` is how many bodies there are. Replica, audience, cursors
  // and `count` outlive the body.
  PollBody(Subscription&& from, Audience& audience, std::size_t& count, Terms terms);
  ~PollBody() override;

  http::Read read(std::span<std::byte> into, http::Waker& later) override;

 private:
  void news() override {}  // it does not wait: what there is not is for the next poll
  void write_more();
  void open();
  void begin_message(const EventRef& event);
  void go_on();
  void end(const std::optional<std::string>& cursor, bool more);

  Audience& audience_;
  std::size_t& count_;
  std::optional<Subscription> subscription_;  // none: all has been written
  Terms terms_;
  std::string text_;      // to be given next
  std::size_t next_ = 0;  // in it
  std::size_t written_ = 0;
  bool opened_ = false;
  EventRef event_;        // of which a part has been written; null: none
  std::size_t data_ = 0;  // how much of its data
  std::size_t messages_ = 0;
  std::string last_id_;
};

}  // namespace sse
