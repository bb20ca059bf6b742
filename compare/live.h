// Live: the event stream that is open beside a page when a comparison asks for one. Each event says
// when it was published, in the time of the loop that both ends share, so that its delay is known.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/handler.h"
#include "server/net/loop.h"

namespace lab {

inline constexpr std::string_view live_path = "/.herald/lab/events";

// The data of an event: nanoseconds of the loop's clock, in digits.
inline std::string published_text(net::Clock::time_point at) {
  return std::to_string(at.time_since_epoch().count());
}
// None if `data` is not that.
inline std::optional<net::Clock::time_point> published_at(std::string_view data) {
  net::Clock::rep count = 0;
  const auto [end, error] = std::from_chars(data.data(), data.data() + data.size(), count);
  if (error != std::errc() || end != data.data() + data.size()) return std::nullopt;
  return net::Clock::time_point(net::Clock::duration(count));
}

// Answers with `text/event-stream`: a comment at once, then an event at every interval.
class LiveHandler final : public http::Handler {
 public:
  struct Options {
    net::Clock::duration interval = std::chrono::milliseconds(50);
  };

  // `loop` must outlive the handler and the streams that it began.
  LiveHandler(net::Loop& loop, Options options) : loop_(loop), options_(options) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  net::Loop& loop_;
  const Options options_;
};

}  // namespace lab
