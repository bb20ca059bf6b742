#include "sse/publish.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "server/http/problem.h"
#include "server/http/query.h"
#include "sse/content_refusal.h"
#include "sse/draft_reader.h"
#include "sse/dry_run.h"
#include "sse/idempotency.h"
#include "sse/publish_batch.h"

namespace sse {
namespace {

constexpr std::string_view methods = "POST, OPTIONS";
constexpr std::size_t batch_factor = 16;  // a batch's content, as a multiple of one event's

enum class Content { json, lines, other };

// application/json, application/<something>+json, application/x-ndjson, whatever parameters follow.
Content kind_of(std::string_view content_type) {
  const std::string_view given = http::trim(content_type.substr(0, content_type.find(';')));
  if (given == "application/json") return Content::json;
  const std::string type = http::to_lower(given);
  if (type == "application/x-ndjson" || type == "application/ndjson") return Content::lines;
  const bool json =
      type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
  return json ? Content::json : Content::other;
}

std::string ids_json(Content kind, const EventIds& ids) {
  if (kind == Content::json) {
    return "{\"success\":true,\"id\":\"" + ids.front().print() + "\"}";
  }
  std::string text = "{\"success\":true,\"ids\":[";
  for (const EventId& id : ids) {
    text.append(text.ends_with('[') ? "\"" : ",\"").append(id.print()).append("\"");
  }
  return text + "]}";
}

}  // namespace

// A request, as far as it matters once its content is there.
struct Publish::Asked {
  Content kind;
  http::Headers fields;  // CORS
  Grant grant;
  std::string hub;
  std::string key;     // Idempotency-Key
  std::string client;  // for the rate; empty: nobody counts
  bool dry_run;
};

http::Response too_fast(std::chrono::milliseconds wait) {
  http::Response response =
      http::problem(429, "You publish faster than this hub allows each publisher: wait " +
                             std::to_string(wait.count()) + " ms.");
  response.fields.add("retry-after", std::to_string((wait.count() + 999) / 1000));
  return response;
}

bool cross_site(const http::Request& request, const Cors& cors) {
  if (const auto origin = request.fields.get("origin")) {
    const bool same = *origin == request.scheme + "://" + request.authority;
    return !same && !cors.lists(*origin);
  }
  return request.fields.get("sec-fetch-site") == "cross-site";
}

Publish::Publish(net::Loop& loop, Sequencer& sequencer, WorkerInbox& inbox, Errands& batches,
                 const Authorizer& authorizer, const Cors& cors, Options options)
    : loop_(loop),
      sequencer_(sequencer),
      inbox_(inbox),
      batches_(batches),
      authorizer_(authorizer),
      cors_(cors),
      options_(options),
      prepared_(std::make_shared<const http::Headers>(
          http::Headers{{"content-type", "application/json"}, {"cache-control", "no-store"}})),
      rate_(options.rate) {}

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
  const Content kind = kind_of(request.fields.get("content-type").value_or(""));
  if (kind == Content::other) {
    return refused(http::problem(
        415,
        "Send JSON, with \"content-type: application/json\", or one JSON a line, with "
        "\"application/x-ndjson\"."));
  }
  std::string key(request.fields.get("idempotency-key").value_or(""));
  if (auto reason = key_refusal(key)) return refused(http::problem(400, *reason));
  const std::size_t limit = options_.content * (kind == Content::lines ? batch_factor : 1);
  if (auto large = content_refusal(request, limit)) return refused(*std::move(large));
  auto& grant = std::get<Grant>(decision);
  std::string client = rate_.limited() ? client_of(request, grant) : "";
  Asked asked{.kind = kind,
              .fields = std::move(fields),
              .grant = std::move(grant),
              .hub = authorizer_.hub_of(request),
              .key = std::move(key),
              .client = std::move(client),
              .dry_run = is_dry_run(http::Query(request.query()))};
  http::Exchange::collect(
      std::move(exchange), limit,
      [this, asked = std::move(asked)](http::Exchange ready, std::string content) {
        receive(asked, std::move(ready), std::move(content));
      });
}

void Publish::receive(const Asked& asked, http::Exchange exchange, std::string content) {
  const auto refuse = [&](int status, std::string_view sentence) {
    answer(asked, std::move(exchange), http::problem(status, sentence));
  };
  const auto hub = authorizer_.place_of(asked.hub);
  if (!hub) return refuse(400, "The request's authority is no host.");
  if (asked.kind == Content::lines) {
    return read_batch(asked, *hub, std::move(exchange), std::move(content));
  }
  auto read = read_draft(content, *hub);
  if (const auto* reason = std::get_if<std::string>(&read)) return refuse(400, *reason);
  auto& draft = std::get<Draft>(read);
  if (asked.dry_run) {
    UpdatesExplained explained;
    explained.add(draft, asked.grant);
    return answer(asked, std::move(exchange), explained.response());
  }
  if (const std::string* topic = ungranted(asked.grant, draft)) {
    return answer(
        asked, std::move(exchange),
        Authorizer::not_granted(asked.hub, asked.grant, Action::publish, *topic).response());
  }
  if (!asked.key.empty()) draft.key = identity_of(asked.key, 0, draft);
  std::vector<Draft> drafts;
  drafts.push_back(std::move(draft));
  publish(std::move(drafts), asked, std::move(exchange));
}

void Publish::read_batch(const Asked& asked, const HubPlace& hub, http::Exchange exchange,
                         std::string content) {
  const auto kept = std::make_shared<const Asked>(asked);
  batches_.run(
      std::move(exchange),
      std::make_unique<PublishBatch>(
          std::move(content),
          PublishBatch::Terms{.hub = hub,
                              .hub_url = asked.hub,
                              .grant = asked.grant,
                              .key = asked.key,
                              .line_bytes = options_.content,
                              .dry_run = asked.dry_run},
          PublishBatch::Then{.publish =
                                 [this, kept](http::Exchange ready, std::vector<Draft> drafts) {
                                   publish(std::move(drafts), *kept, std::move(ready));
                                 },
                             .answer =
                                 [this, kept](http::Exchange ready, http::Response response) {
                                   answer(*kept, std::move(ready), std::move(response));
                                 }}));
}

void Publish::answer(const Asked& asked, http::Exchange exchange, http::Response response) {
  response.fields.append(asked.fields);
  exchange.respond(std::move(response));
}

void Publish::publish(std::vector<Draft> drafts, const Asked& asked, http::Exchange exchange) {
  const auto wait = rate_.take(asked.client, drafts.size(), loop_.now());
  if (wait > wait.zero()) return answer(asked, std::move(exchange), too_fast(wait));
  // std::function wants what can be copied; the one exchange is moved out of it.
  const auto kept = std::make_shared<http::Exchange>(std::move(exchange));
  sequencer_.publish(std::move(drafts), loop_,
                     inbox_.once_applied([kept, prepared = prepared_, fields = asked.fields,
                                          kind = asked.kind](const Published& published) {
                       http::Response response;
                       if (const auto* refused = std::get_if<Refused>(&published)) {
                         response = http::problem(refused->status, refused->sentence);
                         if (refused->status == 503) response.fields.add("retry-after", "1");
                       } else {
                         response.prepared = prepared;
                         response.body =
                             http::text_body(ids_json(kind, std::get<EventIds>(published)));
                       }
                       response.fields.append(fields);
                       kept->respond(std::move(response));
                     }));
}

}  // namespace sse
