// What a Mercure publisher sends: a form with topic (the first is the canonical one), data,
// private, id, type and retry.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "sse/event.h"
#include "sse/url.h"

namespace sse {

// `hub`: its URL, whose path no topic may have. Or a sentence that says what is wrong.
std::variant<Draft, std::string> read_update(std::string_view form, const Url& hub);

}  // namespace sse
