// Want: what a page asks to be fetched, and how, in Chromium's way; the key by which a preload is
// matched (HTML standard, "consume a preloaded resource"). Values only.
#pragma once

#include <cstdint>
#include <string>

#include "compare/measurement.h"

namespace lab {

// Of the request: what the crossorigin attribute, or the kind of resource, makes of it.
enum class Mode : std::uint8_t { navigate, no_cors, cors, cors_credentials };

// RFC 9218, as Chromium 156 fills it in.
struct Urgency {
  std::uint8_t level = 3;
  bool incremental = false;
  bool operator==(const Urgency&) const = default;
};

enum class Blocks : std::uint8_t { nothing, rendering };

struct Want {
  std::string target;
  Kind kind = Kind::other;
  Mode mode = Mode::no_cors;
  Urgency urgency;
  Blocks blocks = Blocks::nothing;
};

// Modules are scripts to a preload; what parts them is the mode.
inline Kind destination_of(Kind kind) { return kind == Kind::module ? Kind::script : kind; }

inline bool same_key(const Want& a, const Want& b) {
  return a.target == b.target && a.mode == b.mode &&
         destination_of(a.kind) == destination_of(b.kind);
}

}  // namespace lab
