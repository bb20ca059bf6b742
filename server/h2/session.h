// Session: HTTP/2 of one connection without any I/O, over nghttp2. Bytes in by receive(), bytes out
// by fill(). nghttp2's callbacks only note facts; handlers run before receive() returns, never
// inside one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "server/h2/frame_watch.h"
#include "server/h2/stream.h"
#include "server/http/access.h"
#include "server/http/date.h"
#include "server/http/handler.h"
#include "server/http/limits.h"
#include "server/http/output.h"
#include "server/http/session.h"
#include "server/http/tally.h"
#include "server/net/loop.h"

struct nghttp2_session;

namespace h2 {

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
    http::AccessLog* log;  // may be null
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
  bool wants_input() const override { return true; }  // windows hold the client back
  const std::string& complaint() const override { return complaint_; }

  // GOAWAY with the highest identifier: the client should open no more streams (section 6.8).
  void announce_drain() override;
  // GOAWAY with the last stream that will be served.
  void drain() override;
  // GOAWAY with an error; fill() then gives the rest and done() holds.
  void end(std::uint32_t error_code, std::string complaint);

  std::size_t streams() const override { return streams_.size(); }
  // SETTINGS are acknowledged.
  bool greeted() const override { return settings_acknowledged_; }
  void end_ungreeted() override;
  bool inside_header_section() const override { return open_header_section_; }
  std::optional<TimePoint> content_awaited_since() const override;
  void reset_stalled(TimePoint since) override;
  bool has_live_streams() const override { return live_ > 0; }
  bool live_beside_others() const override { return live_ > 0 && live_ < streams_.size(); }
  void ping() override;
  bool ping_outstanding() const override { return ping_outstanding_; }
  bool answered_early() const override { return answered_early_; }
  void stop_uploads() override;
  http::Transport transport() const override;

 private:
  friend class Stream;
  struct Callbacks;  // nghttp2's, as static functions
  struct FreeSession {
    void operator()(nghttp2_session* session) const;
  };

  // For Stream.
  void submit(Stream& stream, http::Response& response);
  // Behind the last of its content.
  void submit_trailers(Stream& stream, const http::Headers& fields);
  void hint(Stream& stream, const http::Headers& fields);
  void proceed(Stream& stream);
  http::Push push(Stream& parent, std::string_view target, http::Priority priority);
  void reset(Stream& stream, std::uint32_t error_code);
  void resume(Stream& stream);
  void content_wanted(Stream& stream);

  bool takes_pushes() const;
  void prioritise(Stream& stream, const http::Response& response);
  Stream& open(std::int32_t id);
  void dispatch();
  void dispatch(Stream& stream);
  void give_back_window();
  void reap();
  void note_output();

  Surroundings around_;
  std::function<void()> has_output_;
  FrameWatch watch_;
  net::Clock::time_point watched_;

  // Before nghttp2_, which frees what refers to them.
  std::list<Stream> streams_;
  Stream* reading_ = nullptr;     // whose header section is being read; null: nobody's
  std::vector<Stream*> arrived_;  // header section complete, not yet handled
  std::vector<Stream*> content_;  // has got content, or its end
  std::vector<Stream*> closed_;   // to be destroyed when no callback is running
  std::unordered_set<std::uint64_t>
      diary_;             // targets that the client has asked for or been promised
  std::size_t live_ = 0;  // of streams_, those with a live answer
  std::size_t pushed_ = 0;
  std::size_t pushing_ = 0;
  std::size_t cancelled_ = 0;  // pushes, by the client
  std::unique_ptr<nghttp2_session, FreeSession> nghttp2_;

  std::span<const std::byte> rest_;  // of a frame that did not fit; nghttp2's, until its next call
  http::Output* output_ = nullptr;   // within fill()
  bool output_full_ = false;
  bool inside_ = false;  // receive() or fill() is running
  bool settings_acknowledged_ = false;
  bool open_header_section_ = false;
  bool ping_outstanding_ = false;
  bool answered_early_ = false;
  std::int64_t widest_window_ = 0;   // of a stream, before the SETTINGS frame that is being read
  std::int64_t initial_window_ = 0;  // likewise
  bool window_overflow_ = false;
  bool ending_ = false;
  std::string complaint_;
};

}  // namespace h2
