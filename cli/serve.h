// serve: builds every part from a Config, says that it is ready, and runs until it is told to stop.
#pragma once

#include "cli/config.h"

namespace cli {

// Returns the exit code; throws net::Error when something cannot be built. SIGPIPE is ignored
// already.
int serve(const Config& config);

}  // namespace cli
