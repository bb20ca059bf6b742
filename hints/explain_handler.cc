#include "hints/explain_handler.h"

#include <utility>

#include "hints/target.h"
#include "server/http/problem.h"
#include "server/http/query.h"

namespace hints {
namespace {

// The path of a page, given as a path or as a URL; empty if it is neither.
std::string_view page_of(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    url.remove_prefix(scheme.size());
    const auto slash = url.find('/');
    url = slash == std::string_view::npos ? "/" : url.substr(slash);
  }
  url = path_of(url.substr(0, url.find('#')));
  return url.starts_with('/') ? url : std::string_view();
}

http::Response answer(const http::Request& request, std::string_view format,
                      const Explanation& explanation) {
  if (format.empty()) {
    const auto accept = request.fields.get("accept").value_or("");
    format = accept.find("text/html") == std::string_view::npos ? "json" : "html";
  }
  if (format == "text") {
    return http::text_response(200, "text/plain; charset=utf-8", explain_text(explanation));
  }
  if (format == "json") {
    return http::text_response(200, "application/json", explain_json(explanation));
  }
  http::Response response =
      http::text_response(200, "text/html; charset=utf-8", explain_html(explanation));
  response.fields.add("content-security-policy",
                      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                      "base-uri 'none'; frame-ancestors 'none'");
  return response;
}

}  // namespace

void ExplainHandler::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "GET" && request.method != "HEAD") {
    return exchange.respond(http::method_not_allowed("GET, HEAD"));
  }
  const http::Query query(request.query());
  const std::string_view format = query.get("format").value_or("");
  if (!format.empty() && format != "text" && format != "json" && format != "html") {
    return exchange.respond(http::problem(400, "`format` is text, json or html."));
  }
  const std::string_view page = page_of(query.get("url").value_or(query.get("page").value_or("/")));
  if (page.empty()) {
    return exchange.respond(http::problem(400, "`url` is a path such as /docs/, or a URL."));
  }
  auto plan = planner_.plan(page);
  if (!plan) {
    return exchange.respond(
        http::problem(404, "There is no page at this path, and nothing is configured for it."));
  }
  const RouteHistory* history = judgement_ == nullptr ? nullptr : judgement_->history(page);
  http::Response response =
      answer(request, format, {std::string(page), mode_, std::move(plan), history});
  response.fields.add("cache-control", "no-store");
  response.fields.add("vary", "accept");
  response.fields.add("x-content-type-options", "nosniff");
  exchange.respond(std::move(response));
}

}  // namespace hints
