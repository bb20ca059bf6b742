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
                         const Authorizer& authorizer, const Cors& cors, Arrivals& arrivals,
                         Errands& errands)
    : replica_(replica),
      sequencer_(sequencer),
      audience_(audience),
      authorizer_(authorizer),
      cors_(cors),
      arrivals_(arrivals),
      errands_(errands),
      prepared_(std::make_shared<const http::Headers>(http::Headers{
          {"content-type", "text/event-stream"},
          {"cache-control", "no-store, no-transform"},
          {"x-accel-buffering", "no"},
          {"incremental", "?1"},
      })) {}

void EventStream::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method == "OPTIONS") return exchange.respond(cors_.preflight(request, methods));
  http::Headers fields;
  cors_.add(request, fields);
  if (request.method == "GET") return subscribe(request, std::move(exchange), std::move(fields));
  http::Response response;
  response.prepared = prepared_;
  if (request.method != "HEAD") response = http::method_not_allowed(methods);
  response.fields.append(fields);
  exchange.respond(std::move(response));
}

void EventStream::subscribe(const http::Request& request, http::Exchange exchange,
                            http::Headers fields) {
  const auto refuse = [&](http::Response response) {
    response.fields.append(fields);
    exchange.respond(std::move(response));
  };
  const http::Query query(request.query());
  auto wanted = wanted_topics(query, {});
  if (const auto* reason = std::get_if<std::string>(&wanted)) {
    return refuse(http::problem(400, *reason));
  }
  auto& topics = std::get<Matchers>(wanted);
  Decision decision = authorizer_.subscriber(request, topics);
  if (const auto* denied = std::get_if<Denied>(&decision)) return refuse(denied->response());
  auto& grant = std::get<Grant>(decision);
  if (is_dry_run(query)) {
    return errands_.run(
        std::move(exchange),
        explain_subscription(replica_, std::move(topics), std::move(grant), std::move(fields)));
  }
  http::Response head;
  head.prepared = prepared_;
  head.fields = std::move(fields);
  head.live = true;
  arrivals_.receive(request, std::move(exchange),
                    {.topics = std::move(topics), .grant = std::move(grant)}, std::move(head),
                    [this, last = last_event_id(request, query)](
                        const Arrival& arrival, Audience::Place place,
                        std::unique_ptr<Presence::Seat> seat, http::Response& response) {
                      const Resume from = resume(replica_, sequencer_.newest(), arrival.topics,
                                                 last, arrival.rights);
                      response.body = std::make_unique<EventStreamBody>(
                          std::move(place), replica_, arrival.topics, from,
                          EventStreamBody::Terms{.until = arrival.grant.until(audience_.now()),
                                                 .rights = arrival.rights,
                                                 .ids = EventStreamBody::Ids::hub,
                                                 .seat = std::move(seat)});
                    });
}

}  // namespace sse
