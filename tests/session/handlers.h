// Small handlers for the tests of the engine.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "server/http/handler.h"

namespace testing {

// Answers by a function, and remembers what was asked.
class Answering final : public http::Handler {
 public:
  explicit Answering(std::function<void(const http::Request&, http::Exchange)> answer)
      : answer_(std::move(answer)) {}
  void handle(const http::Request& request, http::Exchange exchange) override {
    asked.push_back(request.target);
    answer_(request, std::move(exchange));
  }
  std::vector<std::string> asked;

 private:
  std::function<void(const http::Request&, http::Exchange)> answer_;
};

inline http::Response text(std::string content) {
  return http::text_response(200, "text/plain", std::move(content));
}

// A live body: gives what it is fed, and ends when told to.
struct Feed {
  std::string pending;
  bool ended = false;
  http::Waker* waiting = nullptr;
  int reads = 0;
  int destroyed = 0;
  http::Headers trailers = {};

  void say(std::string_view more) {
    pending += more;
    wake();
  }
  void end() {
    ended = true;
    wake();
  }
  void wake() {
    if (auto* waker = std::exchange(waiting, nullptr)) waker->wake();
  }
};

class FeedBody final : public http::Body {
 public:
  explicit FeedBody(Feed& feed) : feed_(feed) {}
  ~FeedBody() override {
    ++feed_.destroyed;
    feed_.waiting = nullptr;
  }
  http::Read read(std::span<std::byte> into, http::Waker& later) override {
    ++feed_.reads;
    const std::size_t count = std::min(into.size(), feed_.pending.size());
    std::copy_n(reinterpret_cast<const std::byte*>(feed_.pending.data()), count, into.begin());
    feed_.pending.erase(0, count);
    if (count == 0 && !feed_.ended) feed_.waiting = &later;
    return {count, feed_.ended && feed_.pending.empty()};
  }
  http::Headers trailers() override { return feed_.trailers; }

 private:
  Feed& feed_;
};

inline http::Response live(Feed& feed) {
  http::Response response;
  response.fields.add("content-type", "text/event-stream");
  response.body = std::make_unique<FeedBody>(feed);
  response.live = true;
  return response;
}

// Ends in the middle of what it promised, as a file does that is truncated while it is sent.
class BrokenBody final : public http::Body {
 public:
  explicit BrokenBody(std::optional<std::uint64_t> length = 100'000) : length_(length) {}
  std::optional<std::uint64_t> length() const override { return length_; }
  http::Read read(std::span<std::byte> into, http::Waker&) override {
    if (given_) throw std::runtime_error("truncated");
    given_ = true;
    into[0] = std::byte{'x'};
    return {1, false};
  }

 private:
  std::optional<std::uint64_t> length_;
  bool given_ = false;
};

}  // namespace testing
