#include "server/net/background.h"

#include <system_error>
#include <utility>

namespace net {

Background::Background(Loop& loop) : loop_(loop), present_(std::make_shared<const char>()) {}

Background::~Background() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  more_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Background::run(std::function<void()> work, std::function<void()> done) {
  if (!thread_.joinable()) {
    try {
      thread_ = std::thread([this] { serve(); });
    } catch (const std::system_error&) {  // no thread to be had: late is better than never
      work();
      return tell(std::move(done));
    }
  }
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(work), std::move(done)});
  }
  more_.notify_one();
}

void Background::serve() {
  for (;;) {
    std::unique_lock lock(mutex_);
    more_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    tell(std::move(job.done));
  }
}

void Background::tell(std::function<void()> done) {
  loop_.post([present = std::weak_ptr(present_), done = std::move(done)] {
    if (!present.expired()) done();
  });
}

}  // namespace net
