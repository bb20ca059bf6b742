#include "sse/mercure_subscriptions.h"

#include <algorithm>
#include <utility>

#include "server/http/problem.h"
#include "server/http/query.h"
#include "sse/subscription_document.h"

namespace sse {
namespace {

constexpr std::string_view methods = "GET, HEAD, OPTIONS";

const char* media_type(Dialect dialect) {
  return dialect == Dialect::v1 ? "application/json" : "application/ld+json";
}

std::string collection(std::string_view id, Dialect dialect, const std::string& cursor,
                       const std::string& documents) {
  std::string json = "{\"id\":" + http::json_string(id);
  if (dialect == Dialect::v0) {
    json += ",\"@context\":\"https://mercure.rocks/\",\"type\":\"Subscriptions\",\"lastEventID\":" +
            http::json_string(cursor);
  } else {
    json += ",\"type\":\"subscriptions\"";
  }
  return json + ",\"subscriptions\":[" + documents + "]}";
}

// Percent-encoding that is written otherwise means the same, within a segment.
std::string normal(std::string_view path) {
  std::string out;
  for (;;) {
    const std::string_view segment = path.substr(0, path.find('/'));
    out += http::percent_encode(http::percent_decode(segment).value_or(std::string(segment)));
    if (segment.size() == path.size()) return out;
    path.remove_prefix(segment.size() + 1);
    out += '/';
  }
}

// Whether a path, normal and behind "subscriptions/", is of one subscription: its last segment is
// the subscriber.
bool names_subscriber(std::string_view path, Dialect dialect) {
  return std::count(path.begin(), path.end(), '/') == (dialect == Dialect::v1 ? 2 : 1);
}

// The part of a path behind `beginning` and one '/'; empty if there is none.
std::string_view behind(std::string_view path, std::string_view beginning) {
  return path.size() > beginning.size() ? path.substr(beginning.size() + 1) : std::string_view();
}

}  // namespace

void MercureSubscriptions::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method == "OPTIONS") return exchange.respond(cors_.preflight(request, methods));
  http::Response response = answer(request);
  cors_.add(request, response.fields);
  exchange.respond(std::move(response));
}

http::Response MercureSubscriptions::answer(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return http::method_not_allowed(methods);
  const Decision decision = authorizer_.member(request);
  if (const auto* denied = std::get_if<Denied>(&decision)) return denied->response();
  const auto& grant = std::get<Grant>(decision);
  // The topic to be granted is the URL itself, without the origin.
  if (!grant.covers(request.path())) {
    return Authorizer::not_granted(authorizer_.hub_of(request), grant, Action::subscribe,
                                   request.path())
        .response();
  }
  return show(request, grant.dialect);
}

http::Response MercureSubscriptions::show(const http::Request& request, Dialect dialect) {
  const std::string hub_path = presence_.hub_path();
  const std::string wanted = normal(behind(request.path(), hub_path + "/subscriptions"));
  const std::string cursor =
      replica_.tail() == 0 ? "earliest" : "#" + replica_.id(replica_.tail()).print();
  std::string documents;
  std::string single;
  for (const Attending& one : presence_.list()) {
    const auto place = place_of(one.wanted, dialect);
    if (!place) continue;
    const std::string mine = normal(*place);
    const std::string whole = mine + "/" + normal(http::percent_encode(one.subscriber));
    if (!wanted.empty() && wanted != mine && wanted != whole) continue;
    const auto document = describe(one, dialect, hub_path, Active::yes);
    documents += (documents.empty() ? "" : ",") + document->json;
    if (wanted == whole) single = document->json;
  }
  if (!single.empty() && dialect == Dialect::v0) {
    single.insert(single.size() - 1, ",\"lastEventID\":" + http::json_string(cursor));
  }
  // A list may be empty, of a name that nobody asked for as well; one subscription is there or not.
  if (single.empty() && names_subscriber(wanted, dialect))
    return http::problem(404, "There is no such subscription now.");
  const std::string tag = "\"" + cursor + "\"";
  http::Response response;
  if (request.fields.get("if-none-match") == tag) {
    response.status = 304;
    response.fields.add("etag", tag);
    return response;
  }
  response = http::text_response(
      200, media_type(dialect),
      single.empty() ? collection(request.path(), dialect, cursor, documents) : single);
  response.fields.add("etag", tag);
  response.fields.add("cache-control", "private, no-cache");
  response.fields.add("link", "<" + authorizer_.hub_of(request) +
                                  ">; rel=\"mercure\"; last-event-id=\"" + cursor +
                                  "\"; type=\"mercure\"; content-type=\"application/json\"");
  return response;
}

}  // namespace sse
