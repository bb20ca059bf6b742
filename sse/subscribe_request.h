// What a subscriber asks for, whichever way it wants to be told: the topics and the last id it has
// seen.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/http/message.h"
#include "server/http/query.h"
#include "sse/topic_matcher.h"

namespace sse {

// `topic=` one topic, `prefix=` all that begin so, `pattern=` those of a URI template; any number
// of each; none: the default topic. Or a sentence that says what is wrong.
std::variant<Matchers, std::string> wanted_topics(const http::Query& query);

// The Last-Event-ID field, else the parameter by any of the names in use: a page cannot set the
// field on its first connection. None if absent or empty.
std::optional<std::string> last_event_id(const http::Request& request, const http::Query& query);

}  // namespace sse
