#include "sse/event_stream.h"

#include <utility>

#include "server/http/problem.h"
#include "sse/dry_run.h"
#include "sse/event_stream_body.h"
#include "sse/subscribe_request.h"

namespace sse {
namespace {

constexpr std::string_view methods = "GET, HEAD, OPTIONS";
}  // namespace

EventStream::EventStream(Replica& replica, const Sequencer& sequencer, Audience& audience,
                         const Authorizer& authorizer, const Cors& cors, Arrivals& arrivals)
    : replica_(replica),
      sequencer_(sequencer),
      audience_(audience),
      authorizer_(authorizer),
      cors_(cors),
      arrivals_(arrivals),
      prepared_(std::make_shared<const http::Headers>(http::Headers{
          {"content-type", "text/event-stream"},
          {"cache-control", "no-store, no-transform"},
          {"x-accel-buffering", "no"},
          {"incremental", "?1"},
      })) {}

void EventStream::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method == "OPTIONS") return exchange.respond(cors_.preflight(request, methods));
  http::Response response = answer(request);
  cors_.add(request, response.fields);
  exchange.respond(std::move(response));
}

http::Response EventStream::answer(const http::Request& request) {
  if (request.method == "GET") return subscribe(request);
  if (request.method != "HEAD") return http::method_not_allowed(methods);
  http::Response response;
  response.prepared = prepared_;
  return response;
}

http::Response EventStream::subscribe(const http::Request& request) {
  const http::Query query(request.query());
  auto wanted = wanted_topics(query, {});
  if (const auto* reason = std::get_if<std::string>(&wanted)) return http::problem(400, *reason);
  const auto& topics = std::get<Matchers>(wanted);
  const Decision decision = authorizer_.subscriber(request, topics);
  if (const auto* denied = std::get_if<Denied>(&decision)) return denied->response();

  const auto& grant = std::get<Grant>(decision);
  if (is_dry_run(query)) return explain_subscription(replica_, topics, grant);

  auto place = arrivals_.admit(request, topics, grant);
  if (auto* word = std::get_if<std::string>(&place)) return deferred(std::move(*word));
  const Rights rights = grant.rights();
  const Resume from =
      resume(replica_, sequencer_.newest(), topics, last_event_id(request, query), rights);
  http::Response response;
  response.prepared = prepared_;
  response.live = true;
  response.body = std::make_unique<EventStreamBody>(
      std::get<Audience::Place>(std::move(place)), replica_, topics, from,
      EventStreamBody::Terms{.until = grant.until(audience_.now()),
                             .rights = rights,
                             .ids = EventStreamBody::Ids::hub,
                             .seat = arrivals_.seat(topics, grant)});
  return response;
}

http::Response EventStream::deferred(std::string word) {
  http::Response response;
  response.prepared = prepared_;
  response.live = true;
  response.body = http::text_body(std::move(word));
  return response;
}

}  // namespace sse
