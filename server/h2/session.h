// Session: HTTP/2 of one connection without any I/O, over nghttp2. Bytes in by receive(), bytes out
// by fill(). nghttp2's callbacks only note facts; handlers run before receive() returns, never
// inside one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "server/h2/date.h"
#include "server/h2/frame_watch.h"
#include "server/h2/limits.h"
#include "server/h2/output.h"
#include "server/h2/stream.h"
#include "server/http/access.h"
#include "server/http/handler.h"
#include "server/net/loop.h"

struct nghttp2_session;

namespace h2 {

// A number that one thread counts and others read.
class Counter {
 public:
  void add(std::int64_t by) { value_.store(get() + by, std::memory_order_relaxed); }
  std::int64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

// What the sessions of one worker have done, in all.
struct Tally {
  Counter requests;
  Counter pushes;
  Counter hints;
  Counter streams_now;
};

class Session {
 public:
  // What a session needs of its surroundings; all must outlive it.
  struct Surroundings {
    http::Handler& root;
    const Limits& limits;
    const http::Peer& peer;
    net::Loop& loop;
    Tally& tally;
    Date& date;
    http::AccessLog* log;  // may be null
  };
  // `has_output` is called when fill() has something to give that was not there before; never from
  // inside receive() or fill().
  Session(Surroundings surroundings, std::function<void()> has_output);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Runs handlers for what has arrived. False: the connection must be closed once fill() is dry.
  bool receive(std::span<const std::byte> bytes);
  // Frames until `output` is full or there is nothing to say; true if there is more to say.
  bool fill(Output& output);
  // Nothing more will be read or said: close.
  bool done() const;
  // Why the session ended the connection; empty if it did not.
  const std::string& complaint() const { return complaint_; }

  // GOAWAY with the highest identifier: the client should open no more streams (section 6.8).
  void announce_drain();
  // GOAWAY with the last stream that will be served.
  void drain();
  // GOAWAY with an error; fill() then gives the rest and done() holds.
  void end(std::uint32_t error_code, std::string complaint);
  void ping();

  // ---- for the connection's deadlines
  std::size_t streams() const { return streams_.size(); }
  bool settings_acknowledged() const { return settings_acknowledged_; }
  bool inside_header_section() const { return open_header_section_; }
  bool ping_outstanding() const { return ping_outstanding_; }
  // Since when the request content that is waited for longest has not grown.
  std::optional<net::Clock::time_point> content_awaited_since() const;
  // Resets streams whose body could go on but has not been let since `since`.
  void reset_stalled(net::Clock::time_point since);
  bool has_live_streams() const;

  // ---- for whoever measures the way to the client
  bool takes_pushes() const;
  std::uint64_t connection_window() const;  // bytes that the client takes now
  std::uint64_t stream_window() const;      // likewise on each new stream
  // An event is ready and has not been sent.
  bool live_waiting() const;

  // A client has had its whole answer and goes on sending: to be told to stop, a while later, so
  // that it can read the answer first (RFC 9113 section 8.1).
  bool answered_early() const { return answered_early_; }
  void stop_uploads();

 private:
  friend class Stream;
  struct Callbacks;  // nghttp2's, as static functions
  struct FreeSession {
    void operator()(nghttp2_session* session) const;
  };

  // For Stream.
  void submit(Stream& stream, http::Response& response);
  void hint(Stream& stream, const http::Headers& fields);
  void proceed(Stream& stream);
  http::Push push(Stream& parent, std::string_view target, http::Priority priority);
  void reset(Stream& stream, std::uint32_t error_code);
  void resume(Stream& stream);
  void content_wanted(Stream& stream);

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
  std::vector<Stream*> arrived_;  // header section complete, not yet handled
  std::vector<Stream*> content_;  // has got content, or its end
  std::vector<Stream*> closed_;   // to be destroyed when no callback is running
  std::unordered_set<std::uint64_t>
      diary_;  // targets that the client has asked for or been promised
  std::size_t pushed_ = 0;
  std::size_t pushing_ = 0;
  std::size_t cancelled_ = 0;  // pushes, by the client
  std::unique_ptr<nghttp2_session, FreeSession> nghttp2_;

  std::span<const std::byte> rest_;  // of a frame that did not fit; nghttp2's, until its next call
  Output* output_ = nullptr;         // within fill()
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
