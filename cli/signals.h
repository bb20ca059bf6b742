// Signals: TERM, INT, HUP, USR1 and USR2 as calls on a loop, by signalfd. What they do is up to the
// callbacks.
#pragma once

#include <functional>
#include <memory>

#include "server/net/handle.h"
#include "server/net/loop.h"

namespace cli {

class Signals {
 public:
  // On the loop's thread.
  struct Callbacks {
    std::function<void()> stop;       // the first TERM or INT
    std::function<void()> hard_stop;  // every one after it
    std::function<void()> reload;     // HUP
    std::function<void()> reopen;     // USR1: log files
    std::function<void()> succeed;    // USR2: a new process takes over
  };

  // Keeps these signals from every thread that is started afterwards: call it first of all in main.
  static void block();

  // After block(); `loop` must outlive this.
  Signals(net::Loop& loop, Callbacks callbacks);
  // As if `signal` had come.
  void deliver(int signal);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void receive();

  Callbacks callbacks_;
  bool stopping_ = false;
  net::Fd fd_;
  std::unique_ptr<net::Watch> watch_;
};

}  // namespace cli
