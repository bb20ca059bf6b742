// Text into HTML.
#pragma once

#include <string>
#include <string_view>

namespace lab {

// For content and for attributes in double quotes.
std::string escaped(std::string_view text);

}  // namespace lab
