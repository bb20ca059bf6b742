#include "sse/publish.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "server/http/problem.h"
#include "server/http/query.h"
#include "sse/content_refusal.h"
#include "sse/dry_run.h"
#include "sse/idempotency.h"

namespace sse {
namespace {

constexpr std::string_view methods = "POST, OPTIONS";
constexpr std::size_t most_lines = 1000;
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

using Drafts = std::vector<Draft>;

// One draft for each line that is not empty. Or a sentence that names the line.
std::variant<Drafts, std::string> read_lines(std::string_view content, const HubPlace& hub) {
  Drafts drafts;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(std::min(content.size(), line.size() + 1));
    if (http::trim(line).find_first_not_of('\r') == line.npos) continue;
    if (drafts.size() == most_lines) return "One request has at most 1000 events.";
    auto draft = read_draft(line, hub);
    if (const auto* reason = std::get_if<std::string>(&draft)) {
      return "Line " + std::to_string(number) + ": " + *reason;
    }
    drafts.push_back(std::get<Draft>(std::move(draft)));
  }
  if (drafts.empty()) return "There is no event in the content.";
  return drafts;
}

std::variant<Drafts, std::string> read_drafts(Content kind, std::string_view content,
                                              const HubPlace& hub) {
  if (kind == Content::lines) return read_lines(content, hub);
  auto draft = read_draft(content, hub);
  if (auto* reason = std::get_if<std::string>(&draft)) return std::move(*reason);
  Drafts drafts;
  drafts.push_back(std::get<Draft>(std::move(draft)));
  return drafts;
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

Publish::Publish(net::Loop& loop, Sequencer& sequencer, WorkerInbox& inbox,
                 const Authorizer& authorizer, const Cors& cors, Options options)
    : loop_(loop),
      sequencer_(sequencer),
      inbox_(inbox),
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
  const std::size_t limit = options_.content * (kind == Content::lines ? batch_factor : 1);
  if (auto large = content_refusal(request, limit)) return refused(*std::move(large));
  auto& grant = std::get<Grant>(decision);
  std::string client = rate_.limited() ? client_of(request, grant) : "";
  Asked asked{.kind = kind,
              .fields = std::move(fields),
              .grant = std::move(grant),
              .hub = authorizer_.hub_of(request),
              .key = std::string(request.fields.get("idempotency-key").value_or("")),
              .client = std::move(client),
              .dry_run = is_dry_run(http::Query(request.query()))};
  http::Exchange::collect(
      std::move(exchange), limit,
      [this, asked = std::move(asked)](http::Exchange ready, const std::string& content) {
        receive(asked, std::move(ready), content);
      });
}

void Publish::receive(const Asked& asked, http::Exchange exchange, const std::string& content) {
  const auto hub = authorizer_.place_of(asked.hub);
  auto read = hub ? read_drafts(asked.kind, content, *hub) : "The request's authority is no host.";
  auto* drafts = std::get_if<Drafts>(&read);
  std::optional<http::Response> answer;
  if (!drafts) {
    answer = http::problem(400, std::get<std::string>(read));
  } else if (asked.dry_run) {
    answer = explain_updates(*drafts, asked.grant);
  } else {
    answer = refuse(asked, *drafts);
  }
  if (!answer) return publish(std::move(*drafts), asked, std::move(exchange));
  answer->fields.append(asked.fields);
  exchange.respond(*std::move(answer));
}

std::optional<http::Response> Publish::refuse(const Asked& asked, std::span<const Draft> drafts) {
  if (auto reason = key_refusal(asked.key)) return http::problem(400, *reason);
  for (const Draft& draft : drafts) {
    const std::string* topic = ungranted(asked.grant, draft);
    if (!topic) continue;
    return Authorizer::not_granted(asked.hub, asked.grant, Action::publish, *topic).response();
  }
  const auto wait = rate_.take(asked.client, drafts.size(), loop_.now());
  if (wait > wait.zero()) return too_fast(wait);
  return std::nullopt;
}

void Publish::publish(std::vector<Draft> drafts, const Asked& asked, http::Exchange exchange) {
  for (std::size_t i = 0; i < drafts.size() && !asked.key.empty(); ++i) {
    const std::size_t place = asked.kind == Content::lines ? i + 1 : 0;
    drafts[i].key = identity_of(asked.key, place, drafts[i]);
  }
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
