// Which of the images that an element offers a desktop browser takes: one pixel for each CSS pixel,
// 1280 of them across, all formats understood.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hints/html_tree.h"

namespace lab {

// From `srcset` (HTML, "image sources") with `src` as the candidate of density 1; `sizes` is taken
// to be the whole width.
std::string image_choice(std::string_view src, std::string_view srcset);

// What the first fitting <source> before an <img> inside <picture> gives. None: the <img> itself.
std::optional<std::string> picture_source(const GumboNode& image);

}  // namespace lab
