// The heat map of one arm: its gain over no hints, round trip across, think time down. A table, so
// that it can be read aloud and without colours.
#pragma once

#include <string>

#include "compare/cell_group.h"

namespace lab {

// `scale`: the gain that has the full colour.
std::string heat_map(const CellGroup& group, Arm arm, Milliseconds scale);

}  // namespace lab
