// What a page's own timeline in Chromium says, as a load of the laboratory.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "compare/measurement.h"

namespace lab {

// Gives a promise of the text of the timeline; to be evaluated in the page once it has loaded.
extern const char* const timeline_script;

// `timeline` is what the script gave. Times count from when the browser began to connect.
PageLoad load_of(const nlohmann::json& timeline);

}  // namespace lab
