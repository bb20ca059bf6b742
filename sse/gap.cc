#include "sse/gap.h"

#include "server/http/problem.h"

namespace sse {

std::string Gap::json() const {
  return "{\"requested\":" + http::json_string(requested) +
         ",\"resumed\":" + http::json_string(resumed) +
         ",\"earliest\":" + (earliest.empty() ? "null" : http::json_string(earliest)) +
         ",\"complete_after\":" + http::json_string(complete_after) + ",\"reason\":\"" +
         std::string(reason) + "\"}";
}

}  // namespace sse
