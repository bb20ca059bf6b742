// Session: HTTP/2 of one connection without any I/O (RFC 9113). Bytes in by receive(), bytes out by
// fill(). Frames that arrive only note facts; handlers run before either returns, never while a
// frame is being read. Scheduling is that of RFC 9218.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/h2/client_streams.h"
#include "server/h2/early_priorities.h"
#include "server/h2/frame.h"
#include "server/h2/frame_budget.h"
#include "server/h2/frame_reader.h"
#include "server/h2/frame_writer.h"
#include "server/h2/hpack_decoder.h"
#include "server/h2/push_ledger.h"
#include "server/h2/send_queue.h"
#include "server/h2/stream.h"
#include "server/h2/stream_table.h"
#include "server/http/access.h"
#include "server/http/date.h"
#include "server/http/handler.h"
#include "server/http/limits.h"
#include "server/http/output.h"
#include "server/http/session.h"
#include "server/http/tally.h"
#include "server/net/loop.h"
#include "server/net/slice.h"

namespace h2 {

class Session final : public http::Session, private FrameSink {
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
    net::Slice* slice = nullptr;  // before each request and whole content; null: none is put off
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
  bool breaks_off(bool) const override { return false; }  // END_STREAM is the end
  bool wants_input() const override { return true; }      // windows hold the client back
  const std::string& complaint() const override { return complaint_; }

  // GOAWAY with the highest identifier: the client should open no more streams (section 6.8).
  void announce_drain() override;
  // GOAWAY with the last stream that will be served.
  void drain() override;
  // GOAWAY with an error; fill() then gives the rest and done() holds.
  void end(ErrorCode code, std::string complaint);

  std::size_t streams() const override { return streams_.size(); }
  // SETTINGS are acknowledged.
  bool greeted() const override { return settings_acknowledged_; }
  void end_ungreeted() override;
  bool inside_header_section() const override;
  std::uint32_t header_sections() const override { return sections_; }
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

  // What the client has said by SETTINGS (section 6.5.2).
  struct PeerSettings {
    std::uint32_t concurrent_streams = 0xffffffff;
    std::uint32_t initial_window = default_window;
    bool takes_pushes = true;
  };
  // What this side has told the client so: Limits may change meanwhile.
  struct Announced {
    std::uint32_t concurrent_streams;
    std::uint32_t stream_window;
    std::int64_t connection_window;
  };
  // A header section that is being read.
  struct Section {
    FrameHead head;                                // of its HEADERS
    bool open = false;                             // CONTINUATION must follow
    bool fresh = false;                            // it opens its stream
    std::optional<http::Priority> early_priority;  // of such a stream, told before
    unsigned continuations = 0;
    std::string block;  // so far; empty if it came in one frame
  };

  // ---- frames in (session_frames.cc, session_control.cc)
  Fault begin(const FrameHead& head) override;
  Fault data(const FrameHead& head, std::span<const std::uint8_t> piece) override;
  Fault data_end(const FrameHead& head) override;
  Fault frame(const FrameHead& head, std::span<const std::uint8_t> payload) override;
  Fault begin_data(const FrameHead& head);
  Fault begin_headers(const FrameHead& head);
  Fault headers(const FrameHead& head, std::span<const std::uint8_t> payload);
  Fault continuation(const FrameHead& head, std::span<const std::uint8_t> payload);
  Fault section(std::span<const std::uint8_t> block);
  Fault decode(std::span<const std::uint8_t> block, FieldSink& sink);
  Fault request(std::span<const std::uint8_t> block);
  Fault trailers(std::span<const std::uint8_t> block);
  Fault discard(std::span<const std::uint8_t> block);
  Fault priority(const FrameHead& head, std::span<const std::uint8_t> payload);
  Fault priority_update(const FrameHead& head, std::span<const std::uint8_t> payload);
  Fault early_priority(std::uint32_t id, http::Priority wish);
  Fault rst_stream(const FrameHead& head, std::span<const std::uint8_t> payload);
  Fault settings(const FrameHead& head, std::span<const std::uint8_t> payload);
  Fault setting(h2::Setting setting, std::uint32_t value);
  Fault change_windows(std::int64_t change, std::int64_t most);
  Fault ping(const FrameHead& head, std::span<const std::uint8_t> payload);
  Fault goaway(const FrameHead& head, std::span<const std::uint8_t> payload);
  Fault window_update(const FrameHead& head, std::span<const std::uint8_t> payload);
  void end_content(Stream& stream);
  void malformed(Stream& stream);
  bool idle(std::uint32_t id) const;
  std::int64_t stream_window() const;

  // ---- for Stream (session_replies.cc)
  void submit(Stream& stream, http::Response& response);
  void interim(Stream& stream, int status, const http::Headers& fields);
  void proceed(Stream& stream);
  http::Push push(Stream& parent, std::string_view target, http::Priority priority);
  void reset(Stream& stream, ErrorCode code);
  void resume(Stream& stream);
  void content_wanted(Stream& stream);

  bool takes_pushes() const;
  void send_response(Stream& stream, http::Response& response);
  std::size_t room_for_pushes() const;
  void send_held_pushes();
  void reset_held_pushes(TimePoint since);
  void prioritise(Stream& stream, const http::Response& response);

  // ---- frames out (session_output.cc)
  bool put_data(Stream& stream, http::Output& output);
  void finish(Stream& stream);

  Stream& open(std::uint32_t id);
  void close(Stream& stream, ErrorCode code);
  bool turn_over();
  bool put_off() const { return !ending_ && (!arrived_.empty() || !collected_.empty()); }
  void dispatch();
  void dispatch(Stream& stream);
  void give_back_window();
  void give_back(std::size_t bytes);
  TimePoint held_up_since(const Stream& stream) const;
  void reap();
  void note_output();

  Surroundings around_;
  std::function<void()> has_output_;
  const Announced announced_;
  FrameReader reader_;
  FrameBudget budget_;
  net::Clock::time_point read_at_;
  HpackDecoder decoder_;
  ClientStreams client_streams_;
  EarlyPriorities early_priorities_;
  PushLedger pushes_;
  Section section_;
  std::uint32_t sections_ = 0;  // read to their end
  PeerSettings peer_;

  SendQueue queue_;
  StreamTable streams_;
  // Header section complete, not yet handled; what the slice puts off stays over receive().
  std::vector<Stream*> arrived_;
  std::vector<Stream*> content_;      // has got content, or its end
  std::vector<Stream*> collected_;    // all that their handlers wait for; stays as arrived_ does
  std::vector<Stream*> closed_;       // to be destroyed when no frame is being read or written
  std::vector<Stream*> held_pushes_;  // answered, and more than the client takes at one time
  std::size_t open_ = 0;              // streams that the client has opened
  std::size_t live_ = 0;              // of streams_, those with a live answer
  std::size_t answered_pushes_ = 0;   // open ones, which count in the client's limit

  FrameWriter writer_;
  std::int64_t send_window_ = default_window;
  std::int64_t receive_window_;
  std::size_t to_give_back_ = 0;  // of receive_window_
  TimePoint window_opened_;       // after it was shut; before, the client could send no content
  TimePoint last_sent_;           // DATA, of any stream
  Stream* reading_ = nullptr;     // whose DATA is being read; null: nobody's
  std::size_t read_ = 0;          // bytes of that frame, without padding

  bool inside_ = false;  // receive() or fill() is running
  bool settings_received_ = false;
  bool settings_acknowledged_ = false;
  bool ping_outstanding_ = false;
  bool answered_early_ = false;
  bool leaving_ = false;                        // the client: it has said GOAWAY
  bool draining_ = false;                       // this side has said GOAWAY for good
  std::uint32_t last_served_ = largest_stream;  // as GOAWAY has it
  bool ending_ = false;
  std::string complaint_;
};

}  // namespace h2
