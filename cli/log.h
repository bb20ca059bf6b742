// The log: one line for each message on standard error, "herald: ..." or "herald: warning: ...",
// through spdlog; a reader that takes none holds up nobody (NonBlockingSink). Whoever wants more
// than a plain sentence calls spdlog itself.
#pragma once

#include <string_view>

namespace cli {

// Makes spdlog's default logger write so from `level` on: debug, info, warning or error. Any thread
// may log afterwards. Before it is called, spdlog writes to standard output in its own form.
void start_log(std::string_view level);

void log_info(std::string_view message);
void log_warning(std::string_view message);
void log_error(std::string_view message);

}  // namespace cli
