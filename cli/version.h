// Version: of this program, as the build knows it.
#pragma once

#include <string_view>

namespace cli {

inline constexpr std::string_view version = HERALD_VERSION;

}  // namespace cli
