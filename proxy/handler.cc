#include "proxy/handler.h"

#include <string>
#include <utility>

#include "server/http/problem.h"

namespace proxy {
namespace {

constexpr std::size_t longest_circle = 8;  // times that a request may have passed a Herald

}  // namespace

struct ProxyHandler::Passing {
  std::unique_ptr<Relay> relay;
  bool over = false;
};

ProxyHandler::ProxyHandler(net::Loop& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      multi_(loop, options_.multi),
      pool_(loop, options_.upstreams, options_.pool),
      health_(loop, multi_, pool_, options_.health),
      sweep_(loop, [this] { relays_.remove_if([](const Passing& one) { return one.over; }); }) {}

ProxyHandler::~ProxyHandler() = default;

void ProxyHandler::handle(const http::Request& request, http::Exchange exchange) {
  const Audience audience = audience_of(request);
  // `reason` is for the log alone.
  const auto refuse = [&](int status, std::string_view detail, std::string reason) {
    exchange.note({"upstream_error", std::move(reason)});
    exchange.respond(failure(status, detail, audience));
  };
  if (request.method == "TRACE" || request.method == "CONNECT") {
    exchange.note({"upstream_error", "a method that is not passed on"});
    return exchange.respond(http::method_not_allowed(methods));
  }
  if (forwards_left(request) == 0) return exchange.respond(http::methods_allowed(methods));
  if (!is_token(request.method) || !is_target(request.target)) {
    return refuse(400, "The target of this request is malformed.", "malformed target");
  }
  if (times_seen(request.fields) >= longest_circle) {
    return refuse(508,
                  "This request goes round in a circle: a proxy sends it back to where it "
                  "came from.",
                  "goes round in a circle");
  }
  if (relays_.size() >= options_.requests) {
    if (options_.on_full) options_.on_full();
    return refuse(503, "The app behind this server has more requests than it can answer just now.",
                  "too many requests");
  }
  Passing& passing = relays_.emplace_back();
  passing.relay = std::make_unique<Relay>(Relay::Surroundings{loop_, multi_, pool_, options_.relay},
                                          request, std::move(exchange), [this, &passing] {
                                            passing.over = true;
                                            sweep_.schedule();
                                          });
  passing.relay->begin();
}

}  // namespace proxy
