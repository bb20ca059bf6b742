#include "cli/redirect.h"

#include <string>
#include <utility>

#include "server/http/problem.h"

namespace cli {
namespace {

// Without its port; an IPv6 address keeps its brackets.
std::string_view host_of(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool has_port = colon != authority.npos && (bracket == authority.npos || colon > bracket);
  return has_port ? authority.substr(0, colon) : authority;
}

}  // namespace

void RedirectHandler::handle(const http::Request& request, http::Exchange exchange) {
  const std::string_view host = host_of(request.authority);
  if (host.empty()) {
    return exchange.respond(http::problem(400, "The request does not say which host it is for."));
  }
  std::string location = "https://" + std::string(host);
  if (port_ != 443) location += ":" + std::to_string(port_);
  location += request.target == "*" ? "/" : request.target;
  const bool safe = request.method == "GET" || request.method == "HEAD";
  http::Response response =
      http::text_response(safe ? 301 : 308, "text/plain; charset=utf-8", location + "\n");
  response.fields.add("location", location);
  exchange.respond(std::move(response));
}

}  // namespace cli
