#include "server/http/admission.h"

#include "server/http/problem.h"

namespace http {

std::optional<Response> refusal(const Request& request, HeaderSection header,
                                const Limits& limits) {
  if (header == HeaderSection::too_large) {
    return problem(431, "The fields of this request are larger than is taken here.");
  }
  if (request.target.size() > limits.target_bytes) {
    return problem(414, "The target of this request is too long.");
  }
  if (!request.target.starts_with('/') && !(request.target == "*" && request.method == "OPTIONS")) {
    return problem(request.method == "CONNECT" ? 501 : 400,
                   "The target must be a path that begins with a slash.");
  }
  if (request.authority.find('@') != std::string::npos) {
    return problem(400, "The authority must not hold user information.");
  }
  return std::nullopt;
}

}  // namespace http
