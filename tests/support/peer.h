// Peer: an HTTP/2 client in memory, joined to a Session without sockets, TLS or time of its own.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/h2/session.h"
#include "server/net/loop.h"

struct nghttp2_session;

namespace testing {

class Peer {
 public:
  struct Options {
    bool take_pushes = true;
    std::uint32_t concurrent_pushes = 100;  // SETTINGS_MAX_CONCURRENT_STREAMS
    std::int32_t window = 65535;            // of each stream
    net::Slice* slice = nullptr;            // of the session
    std::string scheme = "https";           // as the client says
    http::AccessLog* log = nullptr;         // of the session
  };

  // What a stream has brought.
  struct Reply {
    std::vector<http::Headers> hints;  // interim answers, each with :status
    http::Headers fields;              // final, with :status
    std::string body;
    bool ended = false;                                          // END_STREAM
    std::optional<std::uint32_t> reset;                          // error code
    std::vector<std::pair<std::int32_t, std::string>> promises;  // stream and :path
    http::Headers trailers;
    // Of its frames: p = PUSH_PROMISE, i = interim, h = final HEADERS, d = DATA, t = trailers.
    std::string order;
    bool answered() const { return order.find('h') != std::string::npos; }
    std::string status() const { return std::string(fields.get(":status").value_or("")); }
  };

  // `root` must outlive the peer.
  explicit Peer(http::Handler& root, Options options);
  explicit Peer(http::Handler& root) : Peer(root, Options()) {}
  ~Peer();

  // Sends a request at the next pump(); gives its stream.
  std::int32_t send(std::string_view method, std::string_view target,
                    const http::Headers& fields = {});
  std::int32_t get(std::string_view target, const http::Headers& fields = {}) {
    return send("GET", target, fields);
  }
  std::int32_t post(std::string_view target, std::string content, const http::Headers& fields = {});
  // A request whose content comes later: more(id, ...) until the last.
  std::int32_t begin_post(std::string_view target, const http::Headers& fields = {});
  void more(std::int32_t id, std::string_view content);
  void finish(std::int32_t id, const http::Headers& trailers = {});
  void reset(std::int32_t id, std::uint32_t error_code = 0x8);
  // Raw bytes into the session, behind whatever was sent.
  void raw(std::string_view bytes);
  void ping();
  // SETTINGS: the window of each stream from now on.
  void set_window(std::uint32_t window);
  // SETTINGS: so many pushed streams at one time from now on.
  void allow_pushes(std::uint32_t at_one_time);

  // Moves bytes both ways until neither side has more; runs the loop's deferred work.
  void pump();
  // Only from the client to the server; returns false once the session wants to be closed.
  bool push_to_server();
  // Only from the server to the client, at most `records` records.
  void pull_from_server(std::size_t records);

  Reply& reply(std::int32_t id) { return replies_[id]; }
  const std::map<std::int32_t, Reply>& replies() const { return replies_; }
  // Streams in the order in which their frames with content came.
  const std::vector<std::int32_t>& data_order() const { return data_order_; }
  std::optional<std::uint32_t> goaway() const { return goaway_; }
  std::int32_t goaway_last_stream() const { return goaway_last_stream_; }

  h2::Session& session() { return *session_; }
  net::Loop& loop() { return loop_; }
  http::Tally& tally() { return tally_; }
  http::Limits& limits() { return limits_; }
  // Gives the window of a stream back as its content arrives (on by default).
  bool reads = true;
  // A stream that gets no window back all the same.
  std::int32_t neglected = 0;
  // How often the session has said by itself that it has output.
  int output_told = 0;

 private:
  struct Callbacks;
  struct Upload {
    std::string content;
    std::size_t sent = 0;
    bool whole = false;
    http::Headers trailers;
  };

  net::Loop loop_{net::Loop::Time::manual};
  http::Limits limits_;
  http::Tally tally_;
  http::Date date_;
  http::Peer self_;
  const std::string scheme_;
  http::Output output_;
  std::unique_ptr<h2::Session> session_;
  nghttp2_session* client_ = nullptr;
  std::map<std::int32_t, Reply> replies_;
  std::map<std::int32_t, Upload> uploads_;
  std::vector<std::int32_t> data_order_;
  std::optional<std::uint32_t> goaway_;
  std::int32_t goaway_last_stream_ = 0;
  std::string raw_;
};

}  // namespace testing
