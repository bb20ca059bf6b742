#include "sse/publish.h"

#include <memory>
#include <utility>

#include "server/http/problem.h"

namespace sse {
namespace {

constexpr std::string_view methods = "POST, OPTIONS";

// application/json or application/<something>+json, whatever parameters follow.
bool is_json(std::string_view content_type) {
  const std::string type =
      http::to_lower(http::trim(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" ||
         (type.starts_with("application/") && type.ends_with("+json"));
}

}  // namespace

bool cross_site(const http::Request& request, const Cors& cors) {
  if (const auto origin = request.fields.get("origin")) {
    const bool same = *origin == request.scheme + "://" + request.authority;
    return !same && !cors.lists(*origin);
  }
  return request.fields.get("sec-fetch-site") == "cross-site";
}

Publish::Publish(net::Loop& loop, Sequencer& sequencer, const Authorizer& authorizer,
                 const Cors& cors, Options options)
    : loop_(loop), sequencer_(sequencer), authorizer_(authorizer), cors_(cors), options_(options) {}

void Publish::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method == "OPTIONS") return exchange.respond(cors_.preflight(request, methods));
  http::Headers fields;
  cors_.add(request, fields);
  const auto refused = [&](http::Response response) {
    response.fields.append(fields);
    exchange.respond(std::move(response));
  };
  if (request.method != "POST") return refused(http::method_not_allowed(methods));
  if (cross_site(request, cors_)) {
    return refused(http::problem(
        403, "A page of another origin may not publish here unless its origin is listed."));
  }
  Decision decision = authorizer_.publisher(request);
  if (const auto* denied = std::get_if<Denied>(&decision)) return refused(denied->response());
  if (!is_json(request.fields.get("content-type").value_or(""))) {
    return refused(http::problem(415, "Send JSON, with \"content-type: application/json\"."));
  }
  http::Exchange::collect(
      std::move(exchange), options_.content,
      [this, fields = std::move(fields), grant = std::get<Grant>(std::move(decision)),
       hub = authorizer_.hub_of(request)](http::Exchange ready, std::string content) {
        auto draft = read_draft(content);
        std::optional<http::Response> refusal;
        if (const auto* reason = std::get_if<std::string>(&draft)) {
          refusal = http::problem(400, *reason);
        } else if (const std::string& topic = std::get<Draft>(draft).topic; !grant.covers(topic)) {
          refusal = authorizer_.not_granted(hub, grant, Action::publish, topic).response();
        }
        if (!refusal) return publish(std::get<Draft>(std::move(draft)), fields, std::move(ready));
        refusal->fields.append(fields);
        ready.respond(*std::move(refusal));
      });
}

void Publish::publish(Draft draft, const http::Headers& fields, http::Exchange exchange) {
  // std::function wants what can be copied; the one exchange is moved out of it.
  const auto kept = std::make_shared<http::Exchange>(std::move(exchange));
  std::vector<Draft> drafts;
  drafts.push_back(std::move(draft));
  sequencer_.publish(std::move(drafts), loop_, [kept, fields](const Published& published) {
    http::Response response;
    if (const auto* refused = std::get_if<Refused>(&published)) {
      response = http::problem(refused->status, refused->sentence);
      if (refused->status == 503) response.fields.add("retry-after", "1");
    } else {
      response = http::text_response(
          200, "application/json",
          "{\"success\":true,\"id\":\"" + std::get<EventIds>(published).front().print() + "\"}");
      response.fields.add("cache-control", "no-store");
    }
    response.fields.append(fields);
    kept->respond(std::move(response));
  });
}

}  // namespace sse
