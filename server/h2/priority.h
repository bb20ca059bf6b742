// The Priority field and PRIORITY_UPDATE's value (RFC 9218 section 4).
#pragma once

#include <string_view>

#include "server/http/message.h"

namespace h2 {

// What a client says. Unknown parameters, and values that are out of range or of the wrong type,
// are ignored, as is all of what is no dictionary.
http::Priority parsed_priority(std::string_view text);

}  // namespace h2
