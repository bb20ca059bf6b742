#include "sse/mercure_publish.h"

#include <memory>
#include <utility>

#include "server/http/problem.h"
#include "sse/content_refusal.h"
#include "sse/dry_run.h"
#include "sse/idempotency.h"
#include "sse/mercure_request.h"
#include "sse/mercure_update.h"
#include "sse/publish.h"

namespace sse {

MercurePublish::MercurePublish(net::Loop& loop, Sequencer& sequencer, WorkerInbox& inbox,
                               const Authorizer& authorizer, const Cors& cors, Options options)
    : loop_(loop),
      sequencer_(sequencer),
      inbox_(inbox),
      authorizer_(authorizer),
      cors_(cors),
      options_(options),
      rate_(options.rate) {}

void MercurePublish::handle(const http::Request& request, http::Exchange exchange) {
  http::Headers fields;
  cors_.add(request, fields);
  const auto refused = [&](http::Response response) {
    response.fields.append(fields);
    exchange.respond(std::move(response));
  };
  if (cross_site(request, cors_)) {
    return refused(http::problem(
        403, "A page of another origin may not publish here unless its origin is listed."));
  }
  Decision decision = authorizer_.publisher(request);
  if (const auto* denied = std::get_if<Denied>(&decision)) return refused(denied->response());
  if (!is_form(request.fields.get("content-type").value_or(""))) {
    return refused(http::problem(
        415, "Send a form, with \"content-type: application/x-www-form-urlencoded\"."));
  }
  if (auto large = content_refusal(request, options_.content)) return refused(*std::move(large));
  auto& granted = std::get<Grant>(decision);
  std::string client = rate_.limited() ? client_of(request, granted) : "";
  http::Exchange::collect(
      std::move(exchange), options_.content,
      [this, fields = std::move(fields), grant = std::move(granted),
       hub = authorizer_.hub_of(request), dry_run = is_dry_run(http::Query(request.query())),
       client = std::move(client),
       key = std::string(request.fields.get("idempotency-key").value_or(""))](
          http::Exchange ready, const std::string& content) {
        const auto refuse = [&](http::Response response) {
          response.fields.append(fields);
          ready.respond(std::move(response));
        };
        const auto place = authorizer_.place_of(hub);
        if (!place) return refuse(http::problem(400, "The request's authority is no host."));
        auto read = read_update(content, *place);
        if (const auto* reason = std::get_if<std::string>(&read)) {
          return refuse(http::problem(400, *reason));
        }
        auto& draft = std::get<Draft>(read);
        if (dry_run) {
          UpdatesExplained explained;
          explained.add(draft, grant);
          return refuse(explained.response());
        }
        if (auto reason = key_refusal(key)) return refuse(http::problem(400, *reason));
        if (const auto* topic = ungranted(grant, draft)) {
          return refuse(Authorizer::not_granted(hub, grant, Action::publish, *topic).response());
        }
        const auto wait = rate_.take(client, 1, loop_.now());
        if (wait > wait.zero()) return refuse(too_fast(wait));
        if (!key.empty()) draft.key = identity_of(key, 0, draft);
        publish(std::move(draft), fields, std::move(ready));
      });
}

void MercurePublish::publish(Draft draft, const http::Headers& fields, http::Exchange exchange) {
  // std::function wants what can be copied; the one exchange is moved out of it.
  const auto kept = std::make_shared<http::Exchange>(std::move(exchange));
  const std::string own = draft.publisher_id;
  std::vector<Draft> drafts;
  drafts.push_back(std::move(draft));
  sequencer_.publish(std::move(drafts), loop_,
                     inbox_.once_applied([kept, fields, own](const Published& published) {
                       http::Response response;
                       if (const auto* refused = std::get_if<Refused>(&published)) {
                         response = http::problem(refused->status, refused->sentence);
                         if (refused->status == 503) response.fields.add("retry-after", "1");
                       } else {
                         response = http::text_response(
                             200, "text/plain; charset=utf-8",
                             mercure_id(std::get<EventIds>(published).front().print(), own));
                         response.fields.add("cache-control", "no-store");
                       }
                       response.fields.append(fields);
                       kept->respond(std::move(response));
                     }));
}

}  // namespace sse
