#include "sse/mercure.h"

#include <utility>

#include "server/http/problem.h"

namespace sse {
namespace {
constexpr std::string_view methods = "GET, HEAD, QUERY, POST, OPTIONS";
}

void Mercure::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method == "OPTIONS") return exchange.respond(cors_.preflight(request, methods));
  if (request.method == "POST") return publish_.handle(request, std::move(exchange));
  if (request.method == "GET" || request.method == "HEAD" || request.method == "QUERY") {
    return subscribe_.handle(request, std::move(exchange));
  }
  http::Response response = http::method_not_allowed(methods);
  cors_.add(request, response.fields);
  exchange.respond(std::move(response));
}

}  // namespace sse
