#include "cli/operations.h"

#include <utility>

#include "server/http/problem.h"

namespace cli {
namespace {

http::Response plain(std::string_view type, std::string text) {
  http::Response response = http::text_response(200, type, std::move(text));
  response.fields.add("cache-control", "no-store");
  return response;
}

}  // namespace

void OperationsHandler::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "GET" && request.method != "HEAD") {
    return exchange.respond(http::method_not_allowed("GET, HEAD"));
  }
  const std::string_view path = request.path();
  if (path == "/metrics") {
    return exchange.respond(plain("text/plain; version=0.0.4; charset=utf-8", sources_.metrics()));
  }
  if (path == "/healthz") return exchange.respond(plain("text/plain; charset=utf-8", "ok\n"));
  if (path != "/readyz") {
    return exchange.respond(http::problem(404, "There is /metrics, /healthz and /readyz here."));
  }
  const std::string reason = sources_.not_ready();
  if (!reason.empty()) return exchange.respond(http::problem(503, reason));
  exchange.respond(plain("text/plain; charset=utf-8", "ready\n"));
}

}  // namespace cli
