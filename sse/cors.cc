#include "sse/cors.h"

#include <algorithm>
#include <utility>

namespace sse {

Cors::Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {
  any_ = std::erase(origins_, "*") != 0;
}

bool Cors::lists(std::string_view origin) const {
  return std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

void Cors::add(const http::Request& request, http::Headers& fields) const {
  if (origins_.empty() && !any_) return;  // the same for every origin
  fields.add("vary", "origin");
  const auto origin = request.fields.get("origin");
  if (!origin) return;
  if (lists(*origin)) {
    fields.add("access-control-allow-origin", *origin);
    fields.add("access-control-allow-credentials", "true");
  } else if (any_) {
    fields.add("access-control-allow-origin", "*");
  } else {
    return;
  }
  fields.add("access-control-expose-headers",
             "retry-after, www-authenticate, link, last-event-id, "
             "mercure-last-event-id");
}

http::Response Cors::preflight(const http::Request& request, std::string_view methods) const {
  http::Response response;
  response.status = 204;
  add(request, response.fields);
  response.fields.add("allow", methods);
  if (!response.fields.has("access-control-allow-origin")) return response;
  response.fields.add("access-control-allow-methods", methods);
  response.fields.add("access-control-allow-headers",
                      "last-event-id, authorization, content-type, cache-control, "
                      "idempotency-key, prefer");
  response.fields.add("access-control-max-age", "7200");
  return response;
}

}  // namespace sse
