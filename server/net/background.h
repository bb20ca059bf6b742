// Background: one thread beside a loop, for work that takes long enough to hold the loop up.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "server/net/loop.h"

namespace net {

class Background {
 public:
  // `loop` must outlive it. The thread is started with the first work.
  explicit Background(Loop& loop);
  // Waits for the work under way; drops what has not been begun, and whatever was not yet told
  // done.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // Runs `work`, which must not throw, on the thread, behind all given before, and then `done` on
  // the loop. From the loop's thread.
  void run(std::function<void()> work, std::function<void()> done);

 private:
  struct Job {
    std::function<void()> work;
    std::function<void()> done;
  };
  void serve();
  void tell(std::function<void()> done);

  Loop& loop_;
  const std::shared_ptr<const char> present_;  // so that a posted task can tell that we have gone
  std::mutex mutex_;                           // guards `jobs_` and `ending_`
  std::condition_variable more_;
  std::deque<Job> jobs_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace net
