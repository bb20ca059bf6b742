// What urgency a browser gives to what: read off Chromium 156's requests, kind by kind.
#pragma once

#include <string_view>

#include "compare/want.h"

namespace lab::urgency {

inline constexpr Urgency document{0, true};
inline constexpr Urgency frame{0, true};
inline constexpr Urgency style{0, false};
inline constexpr Urgency late_style{2, false};   // behind an image
inline constexpr Urgency other_media{4, false};  // a style for print, or for other screens
inline constexpr Urgency script{1, false};
inline constexpr Urgency late_script{2, false};     // behind an image
inline constexpr Urgency waiting_script{3, false};  // async, defer
inline constexpr Urgency module{1, false};
inline constexpr Urgency font{0, false};  // found in CSS
inline constexpr Urgency first_images{2, true};
inline constexpr std::size_t count_of_first_images = 5;
inline constexpr Urgency image{3, true};
inline constexpr Urgency image_high{1, true};
inline constexpr Urgency event_stream{1, true};

// Of a preload, in a `link` field or element, by what it says in `as`.
Urgency of_preload(Kind as);
// Of what a 103 names: incremental all, and a module without `as=script` comes last.
enum class Said { nothing, as };
Urgency of_hint(Kind kind, Said said);
// What fetchpriority makes of it.
Urgency adjusted(Urgency urgency, Kind kind, std::string_view fetch_priority);

}  // namespace lab::urgency
