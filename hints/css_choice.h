// Which of the things that CSS names most clients will fetch: fonts that rules use, in a script
// that the page has, and what is not only for some screens. A guess, made so that nobody fetches in
// vain.
#pragma once

#include <string_view>

#include "hints/css_source.h"

namespace hints {

// How many clients a media query list covers, as far as a server can know.
enum class Media { every_screen, some };
Media media_of(std::string_view query_list);

// Whether a rule may choose this face: its family is used, and so are its weight and style.
bool used(const Stylesheet::Font& font, const Stylesheet::Uses& uses);
// Whether the face is for Latin text, which nearly every page has.
bool covers_latin(const Stylesheet::Font& font);

}  // namespace hints
