// A publication as most are: one JSON object of strings without escapes, {"topic":"t","message":
// "hello"}. Read in place: a general parser takes twenty times as many instructions for it, a sixth
// of all that a published message costs.
#pragma once

#include <optional>
#include <string_view>

#include "sse/event.h"

namespace sse {

// None if it is anything else, or something is wrong with it: that is for read_draft().
std::optional<Draft> read_plain_draft(std::string_view json);

}  // namespace sse
