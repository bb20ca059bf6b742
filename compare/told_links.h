// What the `link` fields of a 103 or of the final answer make a browser fetch: preloads and module
// preloads of the same origin (HTML standard, "process early hint headers", "process link
// headers").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compare/want.h"
#include "server/http/headers.h"

namespace lab {

// In a 103 nothing is known yet of the screen: `media` and `imagesrcset` say nothing.
enum class Stage { early, final };

// In order. What browsers pass over is left out: other relations, `as` that they do not know, other
// origins. `origins` are spellings of the page's own.
std::vector<Want> told_links(const http::Headers& fields, std::string_view page,
                             const std::vector<std::string>& origins, Stage stage);

// The kind that `as` means, for those that browsers preload.
std::optional<Kind> kind_of_as(std::string_view as);

}  // namespace lab
