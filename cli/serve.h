// serve: builds every part from a Config, says that it is ready, and runs until it is told to stop.
#pragma once

#include <functional>

#include "cli/config.h"

namespace cli {

// Returns the exit code; throws net::Error when something cannot be built. `reread` gives the
// configuration anew when SIGHUP asks for it. SIGPIPE must be ignored already.
int serve(const Config& config, std::function<Config()> reread);

}  // namespace cli
