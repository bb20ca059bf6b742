#include "cli/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "server/net/error.h"

namespace cli {
namespace {

sigset_t ours() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void Signals::block() {
  const sigset_t set = ours();
  const int error = pthread_sigmask(SIG_BLOCK, &set, nullptr);
  if (error != 0) throw net::SystemError("cannot block signals", error);
}

Signals::Signals(net::Loop& loop, Callbacks callbacks) : callbacks_(std::move(callbacks)) {
  const sigset_t set = ours();
  fd_ = net::Fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) throw net::SystemError("cannot receive signals");
  watch_ = std::make_unique<net::Watch>(loop, fd_.get(), [this](net::Watch::Ready) { receive(); });
}

void Signals::receive() {
  signalfd_siginfo signal{};
  while (::read(fd_.get(), &signal, sizeof signal) == sizeof signal) {
    deliver(static_cast<int>(signal.ssi_signo));
  }
}

void Signals::deliver(int signal) {
  const auto call = [](const std::function<void()>& callback) {
    if (callback) callback();
  };
  if (signal == SIGHUP) return call(callbacks_.reload);
  if (signal == SIGUSR1) return call(callbacks_.reopen);
  if (signal == SIGUSR2) return call(callbacks_.succeed);
  const bool again = std::exchange(stopping_, true);
  call(again ? callbacks_.hard_stop : callbacks_.stop);
}

}  // namespace cli
