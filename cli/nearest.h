// "Did you mean": the known name closest to one that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

// Empty when nothing is near: more than a third of the letters (and more than one) would have to
// change, where a swap of two neighbours counts as one change.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& known);

// `, did you mean "x"?`, or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace cli
