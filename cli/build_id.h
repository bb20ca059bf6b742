// The build's id, which the linker computes of the program's content: two programs of one version
// can be told apart by it, and a core dump or debug file be matched.
#pragma once

#include <string>

namespace cli {

// Hexadecimal; empty if the program was linked without one.
std::string build_id();

}  // namespace cli
