// Session: HTTP/1.1 of one connection without any I/O (RFC 9112). One request at a time: what a
// client sends behind it waits, up to a bound, until its answer has gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "server/h1/parser.h"
#include "server/h1/response_head.h"
#include "server/h1/stream.h"
#include "server/http/access.h"
#include "server/http/date.h"
#include "server/http/handler.h"
#include "server/http/limits.h"
#include "server/http/session.h"
#include "server/http/tally.h"
#include "server/net/loop.h"
#include "server/net/slice.h"

namespace h1 {

class Session final : public http::Session {
 public:
  // What a session needs of its surroundings; all must outlive it.
  struct Surroundings {
    http::Handler& root;
    const http::Limits& limits;
    const http::Peer& peer;
    net::Loop& loop;
    http::Tally& tally;
    http::Date& date;
    http::AccessLog* log;         // may be null
    net::Slice* slice = nullptr;  // before each request but the first of receive(); null: no bound
  };
  // `has_output` is called when fill() has something to give that was not there before; never from
  // inside receive() or fill().
  Session(Surroundings surroundings, std::function<void()> has_output);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool receive(std::span<const std::byte> bytes) override;
  bool fill(http::Output& output) override;
  bool done() const override;
  bool breaks_off(bool unsent) const override {
    return head_.framing == Framing::close && (!body_ended_ || !pending_.empty() || unsent);
  }
  bool wants_input() const override;
  const std::string& complaint() const override { return complaint_; }

  // The next answer says that the connection closes behind it.
  void announce_drain() override;
  void drain() override;

  std::size_t streams() const override { return stream_ ? 1 : 0; }
  bool greeted() const override { return true; }
  void end_ungreeted() override {}
  bool inside_header_section() const override;
  std::uint32_t header_sections() const override { return static_cast<std::uint32_t>(requests_); }
  std::optional<TimePoint> content_awaited_since() const override;
  void reset_stalled(TimePoint since) override;
  bool has_live_streams() const override { return stream_ && stream_->live(); }
  bool live_beside_others() const override { return false; }  // one at a time
  void ping() override {}
  bool ping_outstanding() const override { return false; }
  bool answered_early() const override { return lingering_; }
  void stop_uploads() override { lingering_ = false; }
  http::Transport transport() const override { return {}; }

 private:
  friend class Stream;
  enum class End : std::uint32_t { in_order = 0x0, failed = 0x2, cancelled = 0x8 };

  // For Stream.
  // Says nothing to a client of HTTP/1.0 (RFC 9110 section 15.2).
  void interim(int status, const http::Headers& fields);
  void begin_response();
  // Somebody takes more of it than is here: a client that waits to be asked is asked.
  void want_content();
  void note_output();

  bool turn_over();
  void advance();
  bool begin_request();
  void dispatch();
  void refuse(const Objection& objection);
  void take_content();
  bool fill_head(http::Output& output);
  bool fill_body(http::Output& output);
  bool read_plain(http::Output& output);
  bool read_chunk(http::Output& output);
  void end_response();
  void close_stream(End how);
  void abort(End how);

  Surroundings around_;
  std::function<void()> has_output_;

  std::string input_;               // not yet taken by the parser
  std::unique_ptr<Parser> parser_;  // of the request that is coming in or being answered
  std::unique_ptr<Stream> stream_;
  std::int32_t requests_ = 0;
  bool put_off_ = false;  // an answer has gone, and what waits in input_ was not looked at since

  std::string pending_;  // of the output: heads, and what ends a body
  std::size_t pending_at_ = 0;
  ResponseHead head_;  // of the response under way; its text is in pending_
  bool body_ended_ = false;
  bool failed_ = false;  // there was no memory for the head

  bool inside_ = false;    // receive() or fill() is running
  bool draining_ = false;  // the next answer is the last
  bool closing_ = false;   // the answer under way is the last
  bool finished_ = false;  // it has gone, or there will be none
  bool lingering_ = false;
  const std::string complaint_;  // always empty: what is wrong is answered
};

}  // namespace h1
