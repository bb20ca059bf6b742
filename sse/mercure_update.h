// What a Mercure publisher sends: a form with topic (the first is the canonical one), data,
// private, id, type and retry.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "sse/event.h"
#include "sse/hub_names.h"

namespace sse {

// Or a sentence that says what is wrong; names that are the hub's own are.
std::variant<Draft, std::string> read_update(std::string_view form, const HubPlace& hub);

}  // namespace sse
