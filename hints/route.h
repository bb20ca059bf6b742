// Route: the pages that one part of an app answers, as far as their paths tell: "/orders/17" and
// "/orders/18" are one route.
#pragma once

#include <string>
#include <string_view>

namespace hints {

// The path with "*" in the place of each segment that looks like an identifier: a number, a UUID,
// or a long word with digits in it; and of each that is longer than a name would be.
std::string route_of(std::string_view path);

}  // namespace hints
