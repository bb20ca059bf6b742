// NonBlockingSink: writes the lines of the log to a descriptor, and never waits for whoever reads
// it: workers log as well. What a pipe, a socket or a terminal does not take just now is left out,
// and the next line that goes says how many were.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <climits>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace cli {

class NonBlockingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // As much as a pipe that is ready takes without waiting (pipe(7)); longer lines are cut.
  static constexpr std::size_t longest = PIPE_BUF;

  // `fd` must stay open, and may be what everything else writes to.
  explicit NonBlockingSink(int fd) : fd_(fd) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}
  bool put(std::string_view line);

  int fd_;
  std::uint64_t left_out_ = 0;  // since the last line that went
};

}  // namespace cli
