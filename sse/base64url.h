// Base64url without padding (RFC 4648 section 5), as JOSE has it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sse {

std::string base64url(std::string_view bytes);
// None if a character does not belong, the length cannot be, or bits are left over that are not
// zero: bytes have one spelling (section 3.5).
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace sse
