#include "cli/non_blocking_sink.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace cli {

void NonBlockingSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  if (line.size() > longest) {
    line.resize(longest);
    line[longest - 1] = '\n';
  }
  if (left_out_ > 0 &&
      put(fmt::format("herald: warning: {} lines of the log are left out here: nobody took them\n",
                      left_out_))) {
    left_out_ = 0;
  }
  if (left_out_ > 0 || !put({line.data(), line.size()})) ++left_out_;
}

// False: it is not taken. A line is not tried again, as part of it may have gone.
bool NonBlockingSink::put(std::string_view line) {
  pollfd wanted{.fd = fd_, .events = POLLOUT, .revents = 0};
  while (poll(&wanted, 1, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return (wanted.revents & POLLOUT) != 0 &&
         write(fd_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace cli
