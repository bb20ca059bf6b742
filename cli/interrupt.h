// Interrupt: Ctrl-C as a request to stop: the first asks to end in good order, the second ends the
// program.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace cli {

class Interrupt {
 public:
  // Takes INT and TERM from this thread and those that it starts from now on, until destroyed.
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  bool requested() const { return source_.stop_requested(); }

 private:
  void wait(const std::stop_token& over);

  sigset_t signals_;
  sigset_t before_;
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace cli
