// What a request prefers (RFC 7240), as far as anybody here asks.
#pragma once

#include <optional>
#include <string_view>

#include "server/http/message.h"

namespace sse {

// `Prefer: return=minimal; client=C` (section 4.2; the parameter is our own): nothing but what the
// client needs, which is of that name.
struct MinimalAnswer {
  std::string_view client;  // empty: not said. Valid as long as the request
};

// None: it is not preferred.
std::optional<MinimalAnswer> minimal_answer(const http::Request& request);

}  // namespace sse
