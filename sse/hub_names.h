// The names that are the hub's own: no publisher may use them, at whichever door.
#pragma once

#include <optional>
#include <string>

#include "sse/event.h"
#include "sse/url.h"

namespace sse {

// A sentence that says which of the draft's names is the hub's, or none. `hub`: its URL, whose
// path, and all beneath it, no topic may have.
std::optional<std::string> hub_name_refusal(const Draft& draft, const Url& hub);

}  // namespace sse
