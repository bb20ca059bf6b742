#include "compare/urgency.h"

namespace lab::urgency {

Urgency of_preload(Kind as) {
  switch (as) {
    case Kind::style:
      return style;
    case Kind::script:
    case Kind::module:
    case Kind::font:
      return {1, false};
    case Kind::fetch:
      return {1, true};
    default:
      return image;
  }
}

Urgency of_hint(Kind kind, Said said) {
  if (kind == Kind::module && said == Said::nothing) return {4, true};
  return {of_preload(kind).level, true};
}

Urgency adjusted(Urgency urgency, Kind kind, std::string_view fetch_priority) {
  if (fetch_priority == "high") {
    const std::uint8_t high = kind == Kind::style ? 0 : 1;
    return {std::min(urgency.level, high), urgency.incremental};
  }
  if (fetch_priority == "low") {
    return {std::max<std::uint8_t>(urgency.level, 3), urgency.incremental};
  }
  return urgency;
}

}  // namespace lab::urgency
