#include "sse/topic_state.h"

#include <utility>

#include "server/http/problem.h"
#include "server/http/query.h"
#include "sse/subscription.h"

namespace sse {
namespace {

constexpr std::string_view methods = "GET, HEAD, OPTIONS";

// Null if there is none that the reader may have.
const Event* latest_of(const Topic* topic, const Rights& rights) {
  if (!topic) return nullptr;
  for (std::uint64_t at = topic->end(); at != topic->first(); --at) {
    const Event& event = *topic->at(at - 1);
    if (!event.is_private() || may_read(rights, event)) return &event;
  }
  return nullptr;
}

}  // namespace

void TopicState::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method == "OPTIONS") return exchange.respond(cors_.preflight(request, methods));
  http::Response response = answer(request);
  cors_.add(request, response.fields);
  exchange.respond(std::move(response));
}

http::Response TopicState::answer(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return http::method_not_allowed(methods);
  const http::Query query(request.query());
  const auto names = query.all("topic");
  if (names.size() != 1) return http::problem(400, "Name one \"topic\".");
  const std::string topic(names.front());
  if (auto reason = topic_refusal(topic)) return http::problem(400, *reason);
  const Matchers wanted{TopicMatcher::exact(topic)};
  const Decision decision = authorizer_.subscriber(request, wanted);
  if (const auto* denied = std::get_if<Denied>(&decision)) return denied->response();
  if (!replica_.started()) {
    http::Response response = http::problem(503, "The history of events is not there yet.");
    response.fields.add("retry-after", "1");
    return response;
  }
  return show(request, topic, latest_of(replica_.find(topic), std::get<Grant>(decision).rights()));
}

http::Response TopicState::show(const http::Request& request, const std::string& topic,
                                const Event* latest) {
  const std::string cursor = replica_.id(replica_.tail()).print();
  http::Response response;
  const std::string tag = latest ? "\"" + std::string(latest->id()) + "\"" : "";
  if (!latest) {
    response = http::problem(404, "The topic has no event that is kept and that you may have.");
  } else if (request.fields.get("if-none-match") == tag) {
    response.status = 304;
  } else {
    response = http::text_response(
        200, latest->form() == Form::json ? "application/json" : "text/plain; charset=utf-8",
        std::string(latest->data()));
  }
  if (latest) response.fields.add("etag", tag);
  if (latest && !latest->type().empty()) {
    response.fields.add("event-type", http::percent_encode(latest->type()));
  }
  if (response.status != 404) response.fields.add("cache-control", "no-cache");
  response.fields.add("last-event-id", cursor);
  response.fields.add("link", "<" + options_.events_url + "?topic=" + http::percent_encode(topic) +
                                  "&lastEventId=" + cursor + ">; rel=\"monitor\"");
  response.fields.add("link", "<" + authorizer_.hub_of(request) +
                                  ">; rel=\"mercure\"; last-event-id=\"#" + cursor + "\"");
  return response;
}

}  // namespace sse
