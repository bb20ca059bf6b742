// Reads what a publisher sent as JSON: {"message": any, "topic"?, "type"?, "id"?, "private"?,
// "retry"?}. "topic" is a name or a list of names, whose first is the canonical one.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "sse/event.h"
#include "sse/hub_names.h"

namespace sse {

// Or a sentence that says what is wrong, and where. Other members are let be, but not without a
// "topic": it may be that which is misspelt. Names that are the hub's own are refused.
std::variant<Draft, std::string> read_draft(std::string_view json, const HubPlace& hub);

}  // namespace sse
