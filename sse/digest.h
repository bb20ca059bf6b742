// SHA-256 (FIPS 180-4) of a text, in base64url: a name of one size for what is long, or secret.
#pragma once

#include <string>
#include <string_view>

namespace sse {

std::string digest(std::string_view text);

}  // namespace sse
