// Transfer: one HTTP/1.1 request to one app server, carried out by libcurl. Says what comes, asks
// for what is to be sent, and stops either way when told that there is no room or nothing yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proxy/address.h"
#include "server/http/body.h"
#include "server/http/headers.h"

namespace proxy {

class Multi;

// What is asked of an app server; must outlive its transfer.
struct Call {
  std::string method;
  std::string target;
  std::string host;
  http::Headers fields;  // without `host` and those of the content
  enum class Content { none, of_length, of_unknown_length };
  Content content = Content::none;
  std::uint64_t length = 0;
  // A request that may not be repeated (RFC 9110 section 9.2.2) is never sent a second time, not
  // even when the connection it was sent on turns out to have been closed.
  bool repeatable() const;
};

// How a transfer ended.
struct Outcome {
  enum class Kind {
    complete,
    unreachable,      // no connection: the request was not sent
    late_to_connect,  // likewise, within the time allowed
    late_to_answer,   // it was sent, and its client has waited long enough
    lost,             // the connection ended before the answer did
    malformed,        // what came is not HTTP
    stopped,          // by its client
  };
  Kind kind = Kind::complete;
  std::string reason;  // for logs: "Connection refused"
};

class Transfer {
 public:
  // Whom a transfer serves. All but on_end() are called from inside libcurl: the transfer, and any
  // other of the same Multi, must not be destroyed there.
  class Client {
   public:
    enum class Verdict { go_on, wait, stop };
    // A line of a header section or of trailers, with its line break. Never `wait`.
    virtual Verdict on_head_line(std::string_view line) = 0;
    // Content, with its transfer coding removed. `wait`: not taken, and given again after
    // receive_more().
    virtual Verdict on_content(std::span<const std::byte> bytes) = 0;
    // As Body::read; after {0, false} nothing is asked until send_more(). None: stop.
    virtual std::optional<http::Read> content(std::span<std::byte> into) = 0;
    // Behind content of unknown length, once: what follows it.
    virtual http::Headers trailers() { return {}; }
    // The last call; may destroy the transfer.
    virtual void on_end(const Outcome& outcome) = 0;

   protected:
    ~Client() = default;
  };

  // Begins when the loop turns. `multi`, `to`, `call` and `client` must outlive the transfer.
  Transfer(Multi& multi, const Address& to, const Call& call, Client& client);
  // Ends it, if it has not ended: its connection is closed.
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Not from inside the client's calls.
  void receive_more();
  void send_more();
  // The request, or a part of it, may have reached the app server.
  bool sent() const { return times_sent_ > 0; }
  bool waits_for_content() const { return sending_paused_; }

 private:
  friend class Multi;
  struct Callbacks;  // libcurl's, as static functions
  struct Easy;       // owner of libcurl's handle and list of fields

  template <typename Value>
  void set(int option, Value value);  // a CURLoption
  void describe_way(const Address& to);
  void describe_request();
  void finish(int result);
  Outcome outcome_of(int result) const;
  void continue_unpaused();

  Multi& multi_;
  const Call& call_;
  Client& client_;
  std::unique_ptr<Easy> easy_;
  int times_sent_ = 0;
  bool receiving_paused_ = false;
  bool sending_paused_ = false;
  bool ended_ = false;
};

}  // namespace proxy
