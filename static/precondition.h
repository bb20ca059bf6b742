// Conditional and range requests: what a GET or HEAD wants of one representation (RFC 9110 sections
// 13 and 14). Pure: knows neither files nor responses.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "server/http/message.h"
#include "static/range.h"

namespace assets {

struct Validators {
  std::string_view etag;  // strong, with its quotes
  // As told in last-modified; none: nothing is known that could be compared.
  std::optional<std::time_t> modified;
  std::uint64_t length;
};

struct Whole {};          // 200
struct NotModified {};    // 304
struct Failed {};         // 412
struct Unsatisfiable {};  // 416
struct Partial {          // 206
  std::vector<Slice> slices;
};
using Decision = std::variant<Whole, NotModified, Failed, Unsatisfiable, Partial>;

// In the order of RFC 9110 section 13.2.2: If-Match, else If-Unmodified-Since; If-None-Match, else
// If-Modified-Since; Range (GET only) as far as If-Range allows. Dates that cannot be read are
// ignored, and all of them where there is none to compare with.
[[nodiscard]] Decision decide(const http::Request& request, const Validators& current);

}  // namespace assets
