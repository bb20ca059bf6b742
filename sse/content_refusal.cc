#include "sse/content_refusal.h"

#include <string>

#include "server/http/content.h"
#include "server/http/problem.h"

namespace sse {

std::optional<http::Response> content_refusal(const http::Request& request, std::size_t limit) {
  if (http::content_length(request).value_or(0) <= limit) return std::nullopt;
  return http::problem(413, "This request has more than the " + std::to_string(limit) +
                                " bytes that this hub takes in one: send less, or raise "
                                "\"message_bytes\" in [events].");
}

}  // namespace sse
