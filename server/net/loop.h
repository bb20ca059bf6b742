// Loop: one thread's readiness, time and deferred work (over libevent). Nothing of HTTP.
// Everything but post() is for the thread that runs the loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include "server/net/chain.h"

struct event;  // libevent's

namespace net {

using Clock = std::chrono::steady_clock;

class Loop;

// Calls back once when its time has come. May be started again, also from inside its own callback.
class Timer {
 public:
  // `loop` must outlive the timer. Starting it needs no memory any more.
  Timer(Loop& loop, std::function<void()> fire);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Replaces an earlier start.
  void start(Clock::duration after);
  void stop();
  bool armed() const { return place_ != unarmed; }

 private:
  friend class Loop;
  static constexpr std::size_t unarmed = static_cast<std::size_t>(-1);
  Loop& loop_;
  std::function<void()> fire_;
  Clock::time_point due_;
  std::size_t place_ = unarmed;  // in the loop's heap
};

// Work for the end of a turn of the loop; however often it is asked for before, it runs once.
class Later : private Link {
 public:
  // `loop` must outlive it.
  Later(Loop& loop, std::function<void()> run);

  // At the end of the present turn.
  void schedule();
  // Behind all that is scheduled in the present turn; from inside of such work, in the next one.
  void put_off();
  // Either of them.
  bool scheduled() const { return linked(); }

 private:
  friend class Loop;
  friend class Chain<Later>;
  Loop& loop_;
  std::function<void()> run_;
};

// Calls back whenever a descriptor is readable and, while asked for, writable (level-triggered).
class Watch {
 public:
  struct Ready {
    bool readable;
    bool writable;
  };
  // Neither owns nor closes `fd`; destroy the watch first. Starts with reading on, writing off.
  Watch(Loop& loop, int fd, std::function<void(Ready)> ready);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // They fail (net::Error) for want of memory.
  void want_read(bool on);
  void want_write(bool on);

 private:
  struct Events;
  static void want(event* event, bool on);
  void on_event(short what);
  Loop& loop_;
  std::unique_ptr<Events> events_;
  std::function<void(Ready)> ready_;
};

class Loop {
 public:
  enum class Time { real, manual };

  // With Time::manual, now() stands still until advance() is called: for tests, without
  // descriptors.
  explicit Loop(Time time = Time::real);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // The time at which this turn began; monotonic.
  Clock::time_point now() const { return now_; }

  // Returns after stop(). May be run again.
  void run();
  // From this thread, or through post().
  void stop();

  // Runs `task` on the loop's thread, in order of posting. From any thread. Tasks still waiting
  // when the loop is destroyed are dropped.
  void post(std::function<void()> task);

  // What to do with an exception that leaves a callback; the loop then goes on with the next one.
  // Without this it ends run(), or the program if it comes through libevent.
  void on_exception(std::function<void(const std::exception&)> report) {
    report_ = std::move(report);
  }

  // Time::manual only: moves time on, runs what has come due in order of time, then all deferred
  // and posted work until there is none.
  void advance(Clock::duration by);
  // advance(0): runs deferred and posted work.
  void settle() { advance(Clock::duration::zero()); }

 private:
  friend class Timer;
  friend class Later;
  friend class Watch;
  struct State;  // libevent's base, the heap of timers, the lists of work

  void arm(Timer& timer, Clock::time_point due);
  void disarm(Timer& timer);
  void run_due_timers();
  void run_laters();
  void run_posted();
  bool has_posted();
  void turn();
  void refresh();
  void guarded(const std::function<void()>& callback);

  std::unique_ptr<State> state_;
  std::function<void(const std::exception&)> report_;
  Clock::time_point now_;
  bool stale_ = false;  // has been waiting since now_ was read
};

}  // namespace net
