#include "server/net/loop.h"

#include <event2/event.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "server/net/error.h"
#include "server/net/handle.h"
#include "server/net/reserve.h"

namespace net {
namespace {
using Base = Handle<event_base, event_base_free>;
using Event = Handle<event, event_free>;

constexpr std::chrono::microseconds timers_at_once{300};  // that are due, in one turn
constexpr unsigned timers_between_looks = 16;             // at the clock
}  // namespace

struct Loop::State {
  Time time;
  Base base;
  Fd wake_fd;
  Event wake_event;
  Event alarm;  // ends the wait when the earliest timer is due
  bool stopped = false;
  std::vector<Timer*> timers;   // binary heap, earliest first; with room for all
  std::size_t timers_made = 0;  // and not destroyed yet
  Chain<Later> laters;
  Chain<Later> put_off;
  std::mutex mutex;  // guards `posted` alone
  std::deque<std::function<void()>> posted;
  std::deque<std::function<void()>> running;  // those that were posted before this turn
  std::atomic<std::thread::id> thread;        // that runs the loop
};

// ---------------------------------------------------------------------------------------- Timer

Timer::Timer(Loop& loop, std::function<void()> fire) : loop_(loop), fire_(std::move(fire)) {
  auto& state = *loop_.state_;
  if (state.timers.capacity() <= state.timers_made) state.timers.reserve(2 * state.timers_made + 8);
  ++state.timers_made;
}
Timer::~Timer() {
  stop();
  --loop_.state_->timers_made;
}
void Timer::start(Clock::duration after) { loop_.arm(*this, loop_.now() + after); }
void Timer::stop() {
  if (armed()) loop_.disarm(*this);
}

// The heap is our own because libevent's time cannot be set by a test, and so that a timer knows
// its place: starting and stopping one allocates nothing, and cannot fail.
void Loop::arm(Timer& timer, Clock::time_point due) {
  auto& heap = state_->timers;
  if (timer.armed()) disarm(timer);
  timer.due_ = due;
  std::size_t at = heap.size();
  heap.push_back(&timer);
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (heap[parent]->due_ <= due) break;
    heap[at] = heap[parent];
    heap[at]->place_ = at;
    at = parent;
  }
  heap[at] = &timer;
  timer.place_ = at;
}

void Loop::disarm(Timer& timer) {
  auto& heap = state_->timers;
  std::size_t at = timer.place_;
  timer.place_ = Timer::unarmed;
  Timer* last = heap.back();
  heap.pop_back();
  if (last == &timer) return;
  while (at > 0 && heap[(at - 1) / 2]->due_ > last->due_) {
    heap[at] = heap[(at - 1) / 2];
    heap[at]->place_ = at;
    at = (at - 1) / 2;
  }
  for (;;) {
    std::size_t child = 2 * at + 1;
    if (child >= heap.size()) break;
    if (child + 1 < heap.size() && heap[child + 1]->due_ < heap[child]->due_) ++child;
    if (heap[child]->due_ >= last->due_) break;
    heap[at] = heap[child];
    heap[at]->place_ = at;
    at = child;
  }
  heap[at] = last;
  last->place_ = at;
}

// Thousands may be due at once, for clients that came at once: then others have their turns
// between.
void Loop::run_due_timers() {
  auto& heap = state_->timers;
  Clock::time_point began;
  for (unsigned run = 0; !heap.empty() && heap.front()->due_ <= now_; ++run) {
    if (run % timers_between_looks == 0 && state_->time == Time::real) {
      const auto look = Clock::now();
      if (run == 0) began = look;
      if (look - began >= timers_at_once) break;
    }
    Timer& timer = *heap.front();
    disarm(timer);
    guarded(timer.fire_);
  }
}

// ---------------------------------------------------------------------------------------- Later

Later::Later(Loop& loop, std::function<void()> run) : loop_(loop), run_(std::move(run)) {}
void Later::schedule() {
  if (!scheduled()) loop_.state_->laters.push_back(*this);
}
void Later::put_off() {
  if (!scheduled()) loop_.state_->put_off.push_back(*this);
}

void Loop::run_laters() {
  auto& laters = state_->laters;
  laters.take(state_->put_off);
  // Grows while it runs: work may schedule more work for the same turn.
  while (!laters.empty()) {
    Later& later = laters.front();
    later.unlink();
    guarded(later.run_);
  }
}

// ---------------------------------------------------------------------------------------- Watch

struct Watch::Events {
  Event read;
  Event write;
};

Watch::Watch(Loop& loop, int fd, std::function<void(Ready)> ready)
    : loop_(loop), events_(std::make_unique<Events>()), ready_(std::move(ready)) {
  event_base* base = loop.state_->base.get();
  if (!base) throw std::logic_error("a loop with manual time watches no descriptors");
  const event_callback_fn trampoline = [](evutil_socket_t, short what, void* self) {
    static_cast<Watch*>(self)->on_event(what);
  };
  events_->read.reset(event_new(base, fd, EV_READ | EV_PERSIST, trampoline, this));
  events_->write.reset(event_new(base, fd, EV_WRITE | EV_PERSIST, trampoline, this));
  if (!events_->read || !events_->write || event_add(events_->read.get(), nullptr) != 0) {
    throw Error("cannot watch a descriptor");
  }
}

Watch::~Watch() = default;

void Watch::on_event(short what) {
  loop_.refresh();
  loop_.guarded([this, what] {
    ready_({.readable = (what & EV_READ) != 0, .writable = (what & EV_WRITE) != 0});
  });
}

void Watch::want_read(bool on) { want(events_->read.get(), on); }
void Watch::want_write(bool on) { want(events_->write.get(), on); }

void Watch::want(event* event, bool on) {
  const int problem = on ? event_add(event, nullptr) : event_del(event);
  if (problem != 0) throw Error("cannot watch a descriptor");
}

// ----------------------------------------------------------------------------------------- Loop

Loop::Loop(Time time) : state_(std::make_unique<State>()), now_(Clock::now()) {
  state_->time = time;
  if (time == Time::manual) return;
  static const bool lends =
      (event_set_mem_functions(Lending::malloc, Lending::realloc, Lending::free), true);
  (void)lends;
  const Handle<event_config, event_config_free> config(event_config_new());
  if (config) event_config_set_flag(config.get(), EVENT_BASE_FLAG_NOLOCK);
  state_->base.reset(event_base_new_with_config(config.get()));
  state_->wake_fd = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!state_->base || !state_->wake_fd) throw SystemError("cannot make an event loop");
  const event_callback_fn drain = [](evutil_socket_t fd, short, void*) {
    eventfd_t count = 0;
    eventfd_read(fd, &count);
  };
  const event_callback_fn nothing = [](evutil_socket_t, short, void*) {};
  state_->alarm.reset(event_new(state_->base.get(), -1, 0, nothing, nullptr));
  state_->wake_event.reset(
      event_new(state_->base.get(), state_->wake_fd.get(), EV_READ | EV_PERSIST, drain, nullptr));
  if (!state_->alarm || !state_->wake_event || event_add(state_->wake_event.get(), nullptr) != 0) {
    throw Error("cannot watch a descriptor");
  }
  // Its place among libevent's timers is made now: later there may be no memory for it.
  const timeval none{};
  event_add(state_->alarm.get(), &none);
  event_del(state_->alarm.get());
}

Loop::~Loop() = default;

void Loop::post(std::function<void()> task) {
  bool first = false;
  {
    const std::lock_guard lock(state_->mutex);
    first = state_->posted.empty();
    state_->posted.push_back(std::move(task));
  }
  // The loop's own thread looks for tasks before it waits again.
  const bool waits = std::this_thread::get_id() != state_->thread.load(std::memory_order_relaxed);
  if (first && waits && state_->wake_fd) eventfd_write(state_->wake_fd.get(), 1);
}

bool Loop::has_posted() {
  const std::lock_guard lock(state_->mutex);
  return !state_->posted.empty();
}

void Loop::run_posted() {
  auto& running = state_->running;
  {
    const std::lock_guard lock(state_->mutex);
    running.swap(state_->posted);
  }
  while (!running.empty()) {
    const std::function<void()> task = std::move(running.front());
    running.pop_front();
    guarded(task);
  }
}

void Loop::guarded(const std::function<void()>& callback) {
  if (!report_) return callback();
  try {
    callback();
  } catch (const std::exception& error) {
    report_(error);
  }
}

void Loop::turn() {
  run_posted();
  run_due_timers();
  run_laters();
}

// Time is read once for all that one wait has brought.
void Loop::refresh() {
  if (!stale_) return;
  stale_ = false;
  now_ = Clock::now();
}

void Loop::run() {
  state_->stopped = false;
  state_->thread.store(std::this_thread::get_id(), std::memory_order_relaxed);
  stale_ = true;
  while (!state_->stopped) {
    refresh();
    turn();
    if (state_->stopped) break;
    if (state_->timers.empty()) {
      event_del(state_->alarm.get());
    } else {
      const auto wait = std::max(state_->timers.front()->due_ - Clock::now(), Clock::duration(0));
      // Rounded up, or the loop would spin through the last fraction of a millisecond.
      const auto millis = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
      const timeval limit{.tv_sec = millis / 1000, .tv_usec = millis % 1000 * 1000};
      event_add(state_->alarm.get(), &limit);
    }
    stale_ = true;
    const int at_once = has_posted() || !state_->put_off.empty() ? EVLOOP_NONBLOCK : 0;
    event_base_loop(state_->base.get(), EVLOOP_ONCE | at_once);
  }
}

void Loop::stop() { state_->stopped = true; }

void Loop::advance(Clock::duration by) {
  assert(state_->time == Time::manual);
  const auto target = now_ + by;
  const auto busy = [&] {
    return has_posted() || !state_->laters.empty() || !state_->put_off.empty();
  };
  for (;;) {
    while (busy()) turn();
    auto& heap = state_->timers;
    if (heap.empty() || heap.front()->due_ > target) break;
    now_ = std::max(now_, heap.front()->due_);
    run_due_timers();
  }
  now_ = target;
}

}  // namespace net
