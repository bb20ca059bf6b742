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
                                   Arrivals& arrivals)
    : replica_(replica),
      sequencer_(sequencer),
      audience_(audience),
      authorizer_(authorizer),
      cors_(cors),
      arrivals_(arrivals),
      prepared_(std::make_shared<const http::Headers>(http::Headers{
          {"content-type", "text/event-stream"},
          {"cache-control", "private, no-store, no-transform"},
          {"x-accel-buffering", "no"},
          {"incremental", "?1"},
      })) {}

void MercureSubscribe::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "QUERY") {
    http::Response response = answer(request, http::Query(request.query()));
    cors_.add(request, response.fields);
    return exchange.respond(std::move(response));
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
                            http::Response response = answer(request, all);
                            cors_.add(request, response.fields);
                            ready.respond(std::move(response));
                          });
}

http::Response MercureSubscribe::answer(const http::Request& request,
                                        const http::Query& parameters) {
  const auto read = read_mercure_request(request, parameters, authorizer_.hub_of(request));
  if (const auto* reason = std::get_if<std::string>(&read)) return http::problem(400, *reason);
  const Decision decision = authorizer_.reader(request);
  if (const auto* denied = std::get_if<Denied>(&decision)) return denied->response();
  if (request.method == "HEAD") return stream();
  const auto& asked = std::get<MercureRequest>(read);
  const auto& grant = std::get<Grant>(decision);
  if (is_dry_run(parameters)) return explain_subscription(replica_, asked.wanted, grant);
  return subscribe(request, asked, grant);
}

http::Response MercureSubscribe::subscribe(const http::Request& request,
                                           const MercureRequest& asked, const Grant& grant) {
  http::Response response = stream();
  auto place = arrivals_.admit(request, asked.wanted, grant);
  if (auto* word = std::get_if<std::string>(&place)) {
    response.body = http::text_body(std::move(*word));
    return response;
  }
  const Rights rights = grant.rights();
  const Resume from =
      resume(replica_, sequencer_.newest(), asked.wanted, asked.last_event_id, rights);
  if (asked.last_event_id) {
    // The id before the first event that follows: theirs, or none that can be named yet.
    const bool certain = !from.gap && !from.ask;
    response.fields.add(cursor_field(asked.dialect), certain ? *asked.last_event_id : "earliest");
  }
  response.body = std::make_unique<EventStreamBody>(
      std::get<Audience::Place>(std::move(place)), replica_, asked.wanted, from,
      EventStreamBody::Terms{.until = grant.until(audience_.now()),
                             .rights = rights,
                             .ids = EventStreamBody::Ids::mercure,
                             .seat = arrivals_.seat(asked.wanted, grant)});
  return response;
}

http::Response MercureSubscribe::stream() const {
  http::Response response;
  response.prepared = prepared_;
  response.live = true;
  return response;
}

}  // namespace sse
