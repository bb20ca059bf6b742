#include "sse/hub_metadata.h"

#include <utility>

#include "server/http/problem.h"

namespace sse {
namespace {
constexpr std::string_view methods = "GET, HEAD, OPTIONS";
}

void HubMetadata::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method == "OPTIONS") return exchange.respond(cors_.preflight(request, methods));
  http::Response response;
  if (request.method == "GET" || request.method == "HEAD") {
    std::string json = "{\"resource\":" + http::json_string(authorizer_.hub_of(request)) +
                       ",\"authorization_details_types_supported\":[\"https://mercure.rocks/"
                       "authorization-detail\"]"
                       ",\"bearer_methods_supported\":[\"header\"]"
                       ",\"mercure_cookie\":\"__Secure-mercure_access_token\""
                       ",\"mercure_matcher_types_supported\":[\"exact\",\"urlpattern\"]";
    if (subscriptions_ == Subscriptions::listed) json += ",\"mercure_subscriptions\":true";
    response = http::text_response(200, "application/json", json + "}");
    response.fields.add("cache-control", "max-age=3600");
  } else {
    response = http::method_not_allowed(methods);
  }
  cors_.add(request, response.fields);
  exchange.respond(std::move(response));
}

}  // namespace sse
