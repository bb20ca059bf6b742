// Process: a program that a proof starts, stops, kills and starts again; it dies with us.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "server/net/handle.h"

namespace prove {

class Process {
 public:
  // Standard error goes to the end of `log`.
  Process(std::vector<std::string> words, std::string log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Starts it, if it does not run. Throws net::Error.
  void start();
  bool running() const { return pid_ > 0; }
  // What standard output has said since the start, once it has a whole line that contains `part`.
  // Throws net::Error if it ends or `within` passes before.
  std::string line_with(const std::string& part, std::chrono::milliseconds within);
  // Instead of the words it was made with; for the next start.
  void use(std::vector<std::string> words) { words_ = std::move(words); }
  void replace_argument(const std::string& flag, const std::string& value);

  void signal(int number) const;
  // SIGKILL, and waits for its end.
  void kill();
  // SIGTERM, and SIGKILL after `within`. Returns whether it ended by itself with 0.
  bool stop(std::chrono::milliseconds within);

 private:
  std::vector<std::string> words_;
  const std::string log_;
  pid_t pid_ = -1;
  net::Fd output_;
  std::string said_;
};

}  // namespace prove
