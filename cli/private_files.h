// Private files: what Herald reads and writes for itself, such as keys and its configuration, and
// nobody may fetch.
#pragma once

#include <string>
#include <vector>

#include "cli/config.h"

namespace cli {

// Why ROOT cannot be served as long as private files can be fetched from it, a sentence for each.
// Wherever links lead: what counts is where a file really is. Empty: none can.
std::vector<std::string> exposed_files(const Config& config);

// Throws net::Error with the first of them.
void require_private(const Config& config);

}  // namespace cli
