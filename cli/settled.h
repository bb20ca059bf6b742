// Settled: what of a configuration is settled when the server starts, so that a reload cannot
// change it.
#pragma once

#include <string>

#include "cli/config.h"

namespace cli {

// The names of what differs, for a sentence: "listen, workers". Empty: a reload changes all that
// was asked.
std::string settled_at_start(const Config& started, const Config& asked);

}  // namespace cli
