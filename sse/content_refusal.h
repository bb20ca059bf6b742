// What a publisher is told whose content is larger than is taken, before it has all come.
#pragma once

#include <cstddef>
#include <optional>

#include "server/http/message.h"

namespace sse {

// 413, which names the setting; none if the request declares no more than `limit`, or nothing: then
// the engine counts as it comes, and knows nothing of settings.
std::optional<http::Response> content_refusal(const http::Request& request, std::size_t limit);

}  // namespace sse
