// Admission: what is asked of every request before a handler sees it, whatever version it came in.
#pragma once

#include <optional>

#include "server/http/limits.h"
#include "server/http/message.h"

namespace http {

enum class HeaderSection { whole, too_large };

// The answer to a request that no handler shall see; none for all others. `header` tells whether
// the fields kept within Limits.
std::optional<Response> refusal(const Request& request, HeaderSection header, const Limits& limits);

}  // namespace http
