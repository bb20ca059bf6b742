// What a text is made of: whether it is UTF-8 at all, and free of what could end a line, hide, or
// pass for something else.
#pragma once

#include <string_view>

namespace sse {

// RFC 3629.
bool is_utf8(std::string_view text);
// UTF-8 without C0, C1 and DEL: nothing that could end a line or a field.
bool printable(std::string_view text);
// Whether there is a character of Unicode's category Cf in it, which nobody sees: zero-width and
// bidirectional controls. `text` is UTF-8.
bool has_format_character(std::string_view text);

}  // namespace sse
