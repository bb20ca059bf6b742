#include "hints/explain.h"

#include <string_view>
#include <utility>

#include "hints/target.h"
#include "server/http/problem.h"
#include "server/http/query.h"

namespace hints {
namespace {

void append_mention(std::string& out, const Mention& mention) {
  out.append(",\"source\":").append(http::json_string(words(mention.source)));
  out.append(",\"file\":").append(http::json_string(mention.file));
  out.append(",\"line\":").append(std::to_string(mention.line)).append("}");
}

std::string place(const Mention& mention) {
  std::string text(mention.file.empty() ? words(mention.source) : std::string_view(mention.file));
  if (mention.line > 0) text.append(":").append(std::to_string(mention.line));
  return text;
}

}  // namespace

std::string plan_text(const Plan& plan) {
  std::string text;
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    const Item& item = plan.items[i];
    text.append("told      ").append(plan.links[i].value);
    text.append(item.push == Pushable::yes ? "  (or pushed; " : "  (").append(place(item.mention));
    text += ")\n";
  }
  for (const Withheld& one : plan.withheld) {
    text.append("withheld  ").append(one.target).append(": ").append(words(one.reason));
    text.append("  (").append(place(one.mention)).append(")\n");
  }
  return text;
}

std::string plan_json(const Plan& plan) {
  std::string json = "{\"items\":[";
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    const Item& item = plan.items[i];
    json.append(i == 0 ? "{" : ",{").append("\"target\":").append(http::json_string(item.target));
    json.append(",\"as\":").append(http::json_string(words(item.as)));
    json.append(",\"link\":").append(http::json_string(plan.links[i].value));
    json.append(",\"push\":").append(item.push == Pushable::yes ? "true" : "false");
    append_mention(json, item.mention);
  }
  json += "],\"withheld\":[";
  for (std::size_t i = 0; i < plan.withheld.size(); ++i) {
    const Withheld& one = plan.withheld[i];
    json.append(i == 0 ? "{" : ",{").append("\"target\":").append(http::json_string(one.target));
    json.append(",\"reason\":").append(http::json_string(words(one.reason)));
    append_mention(json, one.mention);
  }
  return json + "]}\n";
}

void ExplainHandler::handle(const http::Request& request, http::Exchange exchange) {
  if (request.method != "GET" && request.method != "HEAD") {
    return exchange.respond(http::method_not_allowed("GET, HEAD"));
  }
  const http::Query query(request.query());
  const std::string_view page = path_of(query.get("page").value_or("/"));
  if (!page.starts_with('/')) {
    return exchange.respond(http::problem(400, "`page` is a path such as /docs/."));
  }
  const auto plan = planner_.plan(page);
  if (!plan) {
    return exchange.respond(
        http::problem(404, "There is no page at this path, and nothing is configured for it."));
  }
  http::Response response =
      query.get("format") == "text"
          ? http::text_response(200, "text/plain; charset=utf-8", plan_text(*plan))
          : http::text_response(200, "application/json", plan_json(*plan));
  response.fields.add("cache-control", "no-store");
  exchange.respond(std::move(response));
}

}  // namespace hints
