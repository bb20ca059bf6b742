// Takes: what of a server's telling a loader acts on. Against a running server these make the arms
// of a comparison; a server in this process does that itself, and its loader takes all.
#pragma once

#include "compare/scenario.h"

namespace lab {

struct Takes {
  bool pushes = true;       // else SETTINGS_ENABLE_PUSH is 0
  bool early_hints = true;  // else it asks for none, and passes over any
  bool links = true;        // of the final answer
  bool operator==(const Takes&) const = default;
};

constexpr Takes takes_of(Arm arm) {
  switch (arm) {
    case Arm::none:
      return {.pushes = false, .early_hints = false, .links = false};
    case Arm::link:
      return {.pushes = false, .early_hints = false, .links = true};
    case Arm::early_hints:
      return {.pushes = false, .early_hints = true, .links = true};
    case Arm::push:
      return {.pushes = true, .early_hints = false, .links = false};
    case Arm::push_early_hints:
      break;
  }
  return {};
}

}  // namespace lab
