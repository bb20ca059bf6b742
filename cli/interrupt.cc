#include "cli/interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include <ctime>

namespace cli {
namespace {

constexpr timespec glance{.tv_sec = 0, .tv_nsec = 100'000'000};
constexpr int ended_by_signal = 128;

}  // namespace

Interrupt::Interrupt() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  waiter_ = std::jthread([this](const std::stop_token& over) { wait(over); });
}

Interrupt::~Interrupt() {
  waiter_.request_stop();
  waiter_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupt::wait(const std::stop_token& over) {
  while (!over.stop_requested()) {
    const int signal = sigtimedwait(&signals_, nullptr, &glance);
    if (signal < 0) continue;
    if (!source_.request_stop()) _exit(ended_by_signal + signal);
  }
}

}  // namespace cli
