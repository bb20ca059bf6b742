// Checks for `herald check` that need the parts: the hints of every page, and files that URLs hide.
#pragma once

#include <string>
#include <vector>

#include "cli/config.h"
#include "cli/report.h"

namespace cli {

// Each page under ROOT is planned, and its faults told with file, line and remedy.
std::vector<Fault> lint_hints(const Config& config);
// Files that nobody can reach, because one of Herald's own URLs has their name.
std::vector<Fault> hidden_files(const Config& config);
// Addresses, keys, tokens: whatever `serve` would refuse to start with.
std::vector<Fault> unusable_options(const Config& config);
// Files and folders under ROOT that visitors would get 403 for, because this user may not read
// them; or [serve] user, where root looks.
std::vector<Fault> unreadable_files(const Config& config);
// What `_headers` and `_redirects` say that is wrong, or cannot be honoured here.
std::vector<Fault> lint_rules(const Config& config);

}  // namespace cli
