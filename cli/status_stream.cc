#include "cli/status_stream.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "server/http/problem.h"

namespace cli {
namespace {

constexpr std::chrono::seconds interval{2};

}  // namespace

struct StatusStream::State {
  net::Loop& loop;
  StatusHandler::Sources sources;
  bool draining = false;
};

namespace {

// One reader's stream: a block, then silence until the next is due. Blocks are made where they are
// read: one that cannot be made ends this stream.
class StatusBody final : public http::Body {
 public:
  explicit StatusBody(std::shared_ptr<const StatusStream::State> state)
      : state_(std::move(state)), timer_(state_->loop, [this] { next(); }) {}

  http::Read read(std::span<std::byte> into, http::Waker& later) override {
    if (std::exchange(due_, false)) {
      text_ = "data: " + status_json(state_->sources) + "\n\n";
    }
    const std::size_t bytes = std::min(into.size(), text_.size());
    std::memcpy(into.data(), text_.data(), bytes);
    text_.erase(0, bytes);
    if (bytes > 0) return {bytes, false};
    if (state_->draining) return {0, true};
    later_ = &later;
    if (!timer_.armed()) timer_.start(interval);
    return {0, false};
  }

 private:
  void next() {
    due_ = true;
    if (http::Waker* later = std::exchange(later_, nullptr)) later->wake();
  }

  const std::shared_ptr<const StatusStream::State> state_;
  bool due_ = true;
  std::string text_;
  http::Waker* later_ = nullptr;
  net::Timer timer_;
};

}  // namespace

StatusStream::StatusStream(net::Loop& loop, StatusHandler::Sources sources)
    : state_(std::make_shared<State>(State{loop, std::move(sources)})) {}

void StatusStream::drain() { state_->draining = true; }

void StatusStream::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "GET") return exchange.respond(http::method_not_allowed("GET"));
  if (!request.peer || !request.peer->loopback()) {
    return exchange.respond(
        http::problem(403, "Counters are shown to clients on the server's own machine only."));
  }
  http::Response response;
  response.fields = {{"content-type", "text/event-stream"},
                     {"cache-control", "no-store, no-transform"},
                     {"x-accel-buffering", "no"}};
  response.live = true;
  response.body = std::make_unique<StatusBody>(state_);
  exchange.respond(std::move(response));
}

}  // namespace cli
