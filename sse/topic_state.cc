#include "sse/topic_state.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/http/problem.h"
#include "server/http/query.h"

namespace sse {
namespace {

constexpr std::string_view methods = "GET, HEAD, OPTIONS";

// Of which one that the reader may have is the latest.
constexpr std::size_t looked_at = 100;

bool may_have(const Event& event, const Rights& rights) {
  return !event.is_private() || may_read(rights, event);
}

// Null if there is none that the reader may have.
const Event* latest_of(const Topic* topic, const Rights& rights) {
  if (!topic) return nullptr;
  for (std::uint64_t at = topic->end(); at != topic->first(); --at) {
    const Event& event = *topic->at(at - 1);
    if (may_have(event, rights)) return &event;
  }
  return nullptr;
}

const Event* latest_of(const Past& past, const Rights& rights) {
  const auto found = std::find_if(past.events.rbegin(), past.events.rend(),
                                  [&](const EventRef& e) { return may_have(*e, rights); });
  return found == past.events.rend() ? nullptr : found->get();
}

http::Response not_now(const std::string& sentence) {
  http::Response response = http::problem(503, sentence);
  response.fields.add("retry-after", "1");
  return response;
}

}  // namespace

// A request, as far as it matters once the store has answered.
struct TopicState::Asked {
  std::string topic;
  Rights rights;
  std::string hub;
  std::string known;  // if-none-match
};

void TopicState::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method == "OPTIONS") return exchange.respond(cors_.preflight(request, methods));
  http::Headers fields;
  cors_.add(request, fields);
  const auto respond = [&fields](http::Exchange& to, http::Response response) {
    response.fields.append(fields);
    to.respond(std::move(response));
  };
  auto read_request = read(request);
  if (auto* refused = std::get_if<http::Response>(&read_request)) {
    return respond(exchange, std::move(*refused));
  }
  auto& asked = std::get<Asked>(read_request);
  const Event* latest = latest_of(replica_.find(asked.topic), asked.rights);
  if (!latest && replica_.archive()) {
    return ask_store(std::move(asked), std::move(fields), std::move(exchange));
  }
  respond(exchange, show(asked, latest, position(latest)));
}

std::variant<TopicState::Asked, http::Response> TopicState::read(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return http::method_not_allowed(methods);
  const http::Query query(request.query());
  const auto names = query.all("topic");
  if (names.size() != 1) return http::problem(400, "Name one \"topic\".");
  const std::string topic(names.front());
  if (auto reason = topic_refusal(topic)) return http::problem(400, *reason);
  const Matchers wanted{TopicMatcher::exact(topic)};
  const Decision decision = authorizer_.subscriber(request, wanted);
  if (const auto* denied = std::get_if<Denied>(&decision)) return denied->response();
  if (!replica_.started()) return not_now("The history of events is not there yet.");
  return Asked{.topic = topic,
               .rights = std::get<Grant>(decision).rights(),
               .hub = authorizer_.hub_of(request),
               .known = std::string(request.fields.get("if-none-match").value_or(""))};
}

void TopicState::ask_store(Asked asked, http::Headers fields, http::Exchange exchange) {
  Range range;
  range.topics = {TopicMatcher::exact(asked.topic)};
  range.newest = looked_at;
  // std::function wants what can be copied; the one exchange is moved out of it.
  const auto kept = std::make_shared<http::Exchange>(std::move(exchange));
  replica_.archive()->read(std::move(range), replica_.loop(),
                           [this, kept, asked = std::move(asked),
                            fields = std::move(fields)](const std::variant<Past, Refused>& said) {
                             http::Response response = answer(asked, said);
                             response.fields.append(fields);
                             kept->respond(std::move(response));
                           });
}

// An event that not all of its topics have yet is behind the replica's tail.
EventId TopicState::position(const Event* latest) const {
  return replica_.id(std::max(replica_.tail(), latest ? latest->seq() : 0));
}

// Whatever has been published since the store was read is in memory by now, or will come to who
// follows from the cursor.
http::Response TopicState::answer(const Asked& asked, const std::variant<Past, Refused>& said) {
  if (const Event* fresh = latest_of(replica_.find(asked.topic), asked.rights)) {
    return show(asked, fresh, position(fresh));
  }
  EventId cursor = replica_.id(replica_.tail());
  if (const auto* refused = std::get_if<Refused>(&said)) return not_now(refused->sentence);
  const Past& past = std::get<Past>(said);
  const Event* latest = latest_of(past, asked.rights);
  if (cursor.epoch != past.epoch) {
    cursor = {.epoch = past.epoch, .seq = past.newest};
  } else if (latest) {
    cursor.seq = std::max(cursor.seq, latest->seq());
  }
  return show(asked, latest, cursor);
}

http::Response TopicState::show(const Asked& asked, const Event* latest, const EventId& position) {
  const std::string cursor = position.print();
  http::Response response;
  const std::string tag = latest ? "\"" + std::string(latest->id()) + "\"" : "";
  if (!latest) {
    response = http::problem(404, "The topic has no event that is kept and that you may have.");
  } else if (asked.known == tag) {
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
  response.fields.add("link", "<" + options_.events_url +
                                  "?topic=" + http::percent_encode(asked.topic) +
                                  "&lastEventId=" + cursor + ">; rel=\"monitor\"");
  response.fields.add("link",
                      "<" + asked.hub + ">; rel=\"mercure\"; last-event-id=\"#" + cursor + "\"");
  return response;
}

}  // namespace sse
