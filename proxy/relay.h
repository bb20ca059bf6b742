// Relay: one exchange on its way through the proxy: the request to an app server (to another one if
// the first cannot be reached), and the answer back, both as they come. What is held of either is
// bounded.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/failure.h"
#include "proxy/fields.h"
#include "proxy/pool.h"
#include "proxy/response_head.h"
#include "proxy/transfer.h"
#include "server/http/exchange.h"
#include "server/net/loop.h"

namespace proxy {

class Relay final : private Transfer::Client, private http::Waker {
 public:
  struct Options {
    Host host = Host::of_client;
    Forwarding forwarding = Forwarding::replace;
    // From the request's end to the final header section of the answer.
    std::chrono::milliseconds first_byte{60'000};
    // Between two pieces of the answer's content, while the client takes them; not of an event
    // stream, which may be quiet.
    std::chrono::milliseconds idle{60'000};
    std::size_t buffer = std::size_t{64} * 1024;  // of content that the client has yet to take
    ResponseHead::Limits head;
  };
  // What a relay needs of its surroundings; all must outlive it.
  struct Surroundings {
    net::Loop& loop;
    Multi& multi;
    Pool& pool;
    const Options& options;
  };

  // `request` is valid during the call. `over` is called once, when nothing more will come of the
  // relay; the owner destroys it later, not inside the call.
  Relay(Surroundings surroundings, const http::Request& request, http::Exchange exchange,
        std::function<void()> over);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  void begin();

 private:
  class Content;  // the body of the answer, which the engine owns

  // Transfer::Client
  Verdict on_head_line(std::string_view line) override;
  Verdict on_content(std::span<const std::byte> bytes) override;
  std::optional<http::Read> content(std::span<std::byte> into) override;
  http::Headers trailers() override;
  void on_end(const Outcome& outcome) override;
  // There is more of the request's content.
  void wake() override { send_later_.schedule(); }

  void attempt(Pool::Member& member);
  void leave_member(const Outcome& outcome);
  void count(Pool::Member& member, const Outcome& outcome) const;
  bool try_another(const Outcome& outcome);
  void pass_interim();
  void answer();
  void fail(const Outcome& outcome);
  void fail(int status, std::string_view detail, const std::string& reason);
  http::Read read(std::span<std::byte> into, http::Waker& later);
  void wake_reader();
  void on_deadline();
  void end();
  std::size_t held() const { return buffer_.size() - given_; }

  Surroundings at_;
  std::function<void()> over_;
  http::Exchange exchange_;
  const std::string authority_;
  const Audience audience_;
  // Null: the request has no content, or none with a meaning (HEAD, RFC 9110 section 9.3.2).
  std::unique_ptr<http::Body> upload_;
  Call call_;

  std::vector<Pool::Member*> tried_;
  Pool::Member* member_ = nullptr;  // that is being asked
  ResponseHead head_;
  std::optional<Transfer> transfer_;

  Content* content_ = nullptr;     // cleared by whoever of the two goes first
  http::Waker* reader_ = nullptr;  // waits for more of the answer
  std::string buffer_;
  std::size_t given_ = 0;              // of buffer_, to the reader
  std::optional<std::uint64_t> left_;  // of the answer's content, to come from the app server
  bool answered_ = false;
  bool whole_ = false;  // the app server has said all of its answer
  bool cut_ = false;    // it will not say the rest
  bool ended_ = false;

  net::Clock::time_point asked_;  // member_
  net::Clock::time_point heard_;
  net::Timer deadline_;
  // libcurl must not be called from inside its own calls, nor from inside a body's read().
  net::Later send_later_;
  net::Later receive_later_;
};

}  // namespace proxy
