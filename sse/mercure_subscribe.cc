#include "sse/mercure_subscribe.h"

#include <utility>

#include "server/http/problem.h"
#include "sse/dry_run.h"
#include "sse/event_stream_body.h"

namespace sse {
namespace {

constexpr std::size_t content_limit = 64 * 1024;  // bytes of a QUERY

const char* cursor_field(Dialect dialect) {
  return dialect == Dialect::v1 ? "mercure-last-event-id" : "last-event-id";
}

}  // namespace

MercureSubscribe::MercureSubscribe(Replica& replica, const Sequencer& sequencer, Audience& audience,
                                   const Authorizer& authorizer, const Cors& cors,
                                   Arrivals& arrivals, Errands& errands)
    : replica_(replica),
      sequencer_(sequencer),
      audience_(audience),
      authorizer_(authorizer),
      cors_(cors),
      arrivals_(arrivals),
      errands_(errands),
      prepared_(std::make_shared<const http::Headers>(http::Headers{
          {"content-type", "text/event-stream"},
          {"cache-control", "private, no-store, no-transform"},
          {"x-accel-buffering", "no"},
          {"incremental", "?1"},
      })) {}

void MercureSubscribe::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "QUERY") {
    return answer(request, http::Query(request.query()), std::move(exchange));
  }
  if (!is_form(request.fields.get("content-type").value_or(""))) {
    http::Response response = http::problem(
        415, "A QUERY carries a form, with \"content-type: application/x-www-form-urlencoded\".");
    cors_.add(request, response.fields);
    return exchange.respond(std::move(response));
  }
  http::Exchange::collect(std::move(exchange), content_limit,
                          [this, request](http::Exchange ready, const std::string& content) {
                            // Those of the query come first, and so win where only one counts.
                            const http::Query all(std::string(request.query()) + "&" + content);
                            answer(request, all, std::move(ready));
                          });
}

void MercureSubscribe::answer(const http::Request& request, const http::Query& parameters,
                              http::Exchange exchange) {
  http::Headers fields;
  cors_.add(request, fields);
  const auto respond = [&](http::Response response) {
    response.fields.append(fields);
    exchange.respond(std::move(response));
  };
  auto read = read_mercure_request(request, parameters, authorizer_.hub_of(request));
  if (const auto* reason = std::get_if<std::string>(&read)) {
    return respond(http::problem(400, *reason));
  }
  Decision decision = authorizer_.reader(request);
  if (const auto* denied = std::get_if<Denied>(&decision)) return respond(denied->response());
  if (request.method == "HEAD") return respond(stream());
  auto& asked = std::get<MercureRequest>(read);
  Arrival arrival{.topics = std::move(asked.wanted), .grant = std::get<Grant>(std::move(decision))};
  if (is_dry_run(parameters)) {
    return errands_.run(std::move(exchange),
                        explain_subscription(replica_, std::move(arrival.topics),
                                             std::move(arrival.grant), std::move(fields)));
  }
  http::Response head = stream();
  head.fields = std::move(fields);
  arrivals_.receive(request, std::move(exchange), std::move(arrival), std::move(head),
                    [this, asked = std::move(asked)](const Arrival& reads, Audience::Place place,
                                                     std::unique_ptr<Presence::Seat> seat,
                                                     http::Response& response) {
                      begin(asked, reads, std::move(place), std::move(seat), response);
                    });
}

void MercureSubscribe::begin(const MercureRequest& asked, const Arrival& arrival,
                             Audience::Place place, std::unique_ptr<Presence::Seat> seat,
                             http::Response& response) {
  const Resume from =
      resume(replica_, sequencer_.newest(), arrival.topics, asked.last_event_id, arrival.rights);
  if (asked.last_event_id) {
    // The id before the first event that follows: theirs, or none that can be named yet.
    const bool certain = !from.gap && !from.ask;
    response.fields.add(cursor_field(asked.dialect), certain ? *asked.last_event_id : "earliest");
  }
  response.body = std::make_unique<EventStreamBody>(
      std::move(place), replica_, arrival.topics, from,
      EventStreamBody::Terms{.until = arrival.grant.until(audience_.now()),
                             .rights = arrival.rights,
                             .ids = EventStreamBody::Ids::mercure,
                             .seat = std::move(seat)});
}

http::Response MercureSubscribe::stream() const {
  http::Response response;
  response.prepared = prepared_;
  response.live = true;
  return response;
}

}  // namespace sse
