#include "sse/mercure_subscriptions.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "server/http/problem.h"
#include "server/http/query.h"
#include "sse/subscription_document.h"

namespace sse {
namespace {

constexpr std::string_view methods = "GET, HEAD, OPTIONS";
constexpr std::size_t subscribers_together = 8;  // in a piece of work

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

// What of it is asked for, and how it is to be told.
struct Wanted {
  std::string id;  // the path that was asked for
  std::string hub_path;
  std::string part;  // behind ".../subscriptions/", normal; empty: all
  Dialect dialect;
  std::string cursor;    // of the history, before the list was begun
  std::string tag;       // that the client has; empty: none
  http::Headers fields;  // of any answer
  std::string link;
};

// Goes through the subscribers, some at a time.
class Listing final : public Errand {
 public:
  Listing(const Presence& presence, Wanted wanted)
      : presence_(presence), wanted_(std::move(wanted)) {}

  bool piece() override {
    const std::vector<Attending> some = presence_.list(last_, subscribers_together);
    if (some.empty()) return false;
    for (const Attending& one : some) look_at(one);
    last_ = some.back().subscriber;
    return true;
  }

  void done(http::Exchange exchange) override {
    http::Response response = answer();
    response.fields.append(wanted_.fields);
    exchange.respond(std::move(response));
  }

 private:
  void look_at(const Attending& one) {
    const auto place = place_of(one.wanted, wanted_.dialect);
    if (!place) return;
    const std::string mine = normal(*place);
    const std::string whole = mine + "/" + normal(http::percent_encode(one.subscriber));
    if (!wanted_.part.empty() && wanted_.part != mine && wanted_.part != whole) return;
    const auto document = describe(one, wanted_.dialect, wanted_.hub_path, Active::yes);
    documents_ += (documents_.empty() ? "" : ",") + document->json;
    if (wanted_.part == whole) single_ = document->json;
  }

  http::Response answer() {
    if (!single_.empty() && wanted_.dialect == Dialect::v0) {
      single_.insert(single_.size() - 1, ",\"lastEventID\":" + http::json_string(wanted_.cursor));
    }
    // A list may be empty, of a name that nobody asked for as well; one subscription is there or
    // not.
    if (single_.empty() && names_subscriber(wanted_.part, wanted_.dialect)) {
      return http::problem(404, "There is no such subscription now.");
    }
    const std::string tag = "\"" + wanted_.cursor + "\"";
    http::Response response;
    if (wanted_.tag == tag) {
      response.status = 304;
      response.fields.add("etag", tag);
      return response;
    }
    response = http::text_response(
        200, media_type(wanted_.dialect),
        single_.empty() ? collection(wanted_.id, wanted_.dialect, wanted_.cursor, documents_)
                        : single_);
    response.fields.add("etag", tag);
    response.fields.add("cache-control", "private, no-cache");
    response.fields.add("link", "<" + wanted_.link + ">; rel=\"mercure\"; last-event-id=\"" +
                                    wanted_.cursor +
                                    "\"; type=\"mercure\"; content-type=\"application/json\"");
    return response;
  }

  const Presence& presence_;
  const Wanted wanted_;
  std::string last_;  // subscriber that was looked at
  std::string documents_;
  std::string single_;
};

}  // namespace

void MercureSubscriptions::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method == "OPTIONS") return exchange.respond(cors_.preflight(request, methods));
  http::Headers fields;
  cors_.add(request, fields);
  const auto refused = [&](http::Response response) {
    response.fields.append(fields);
    exchange.respond(std::move(response));
  };
  if (request.method != "GET" && request.method != "HEAD") {
    return refused(http::method_not_allowed(methods));
  }
  const Decision decision = authorizer_.member(request);
  if (const auto* denied = std::get_if<Denied>(&decision)) return refused(denied->response());
  const auto& grant = std::get<Grant>(decision);
  // The topic to be granted is the URL itself, without the origin.
  if (!grant.covers(request.path())) {
    return refused(Authorizer::not_granted(authorizer_.hub_of(request), grant, Action::subscribe,
                                           request.path())
                       .response());
  }
  std::string hub_path = presence_.hub_path();
  std::string part = normal(behind(request.path(), hub_path + "/subscriptions"));
  errands_.run(
      std::move(exchange),
      std::make_unique<Listing>(
          presence_,
          Wanted{.id = std::string(request.path()),
                 .hub_path = std::move(hub_path),
                 .part = std::move(part),
                 .dialect = grant.dialect,
                 .cursor =
                     replica_.tail() == 0 ? "earliest" : "#" + replica_.id(replica_.tail()).print(),
                 .tag = std::string(request.fields.get("if-none-match").value_or("")),
                 .fields = std::move(fields),
                 .link = authorizer_.hub_of(request)}));
}

}  // namespace sse
