// What a subscriber asks for, whichever way it wants to be told: the topics and the last id it has
// seen.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/http/message.h"
#include "server/http/query.h"
#include "sse/topic_matcher.h"

namespace sse {

// `topic=` one topic, `prefix=` all that begin so, `pattern=` those of a URI template; any number
// of each. None: the default topic, if there is no other parameter than `known` and those that
// every request may have; a misspelt one would read what nobody has asked for. Or a sentence that
// says what is wrong.
std::variant<Matchers, std::string> wanted_topics(const http::Query& query,
                                                  std::initializer_list<std::string_view> known);

// The Last-Event-ID field, else the parameter by any of the names in use: a page cannot set the
// field on its first connection. None if absent or empty.
std::optional<std::string> last_event_id(const http::Request& request, const http::Query& query);

}  // namespace sse
