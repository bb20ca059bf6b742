#include "cli/access_log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "cli/access_line.h"
#include "cli/log.h"
#include "server/net/error.h"

namespace cli {
namespace {

net::Fd open_log(const std::string& file) {
  net::Fd fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640));
  if (!fd) throw net::SystemError("cannot open the access log " + file);
  return fd;
}

// A file takes what it is given; a pipe, a socket, a terminal or another device may wait.
bool takes_at_once(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

AccessLog::AccessLog(Options options) : options_(std::move(options)) {
  if (options_.file != "-") {
    file_ = open_log(options_.file);
    fd_ = file_.get();
  }
  regular_ = takes_at_once(fd_);
  thread_ = std::thread([this] { run(); });
}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    deadline_ = std::chrono::steady_clock::now() + options_.farewell;
  }
  work_.notify_one();
  thread_.join();
}

void AccessLog::completed(const http::Access& access) noexcept {
  bool wake = false;
  try {
    thread_local std::string line;
    line.clear();
    append_access_line(line, access, std::chrono::system_clock::now());
    const std::lock_guard lock(mutex_);
    const std::size_t before = batch_.size();
    if (before + line.size() > options_.most) {
      ++dropped_;
      return;
    }
    batch_ += line;
    // The writer sleeps until there is a line, then lingers, unless much has come meanwhile.
    wake = before == 0 || (before < options_.batch && batch_.size() >= options_.batch);
  } catch (...) {  // no memory
    const std::lock_guard lock(mutex_);
    ++dropped_;
  }
  if (wake) work_.notify_one();
}

void AccessLog::reopen() {
  {
    const std::lock_guard lock(mutex_);
    reopen_ = true;
    ++asked_;
  }
  work_.notify_one();
}

void AccessLog::flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = ++asked_;
  work_.notify_one();
  written_.wait(lock, [&] { return done_ >= mine; });
}

std::uint64_t AccessLog::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void AccessLog::run() {
  std::unique_lock lock(mutex_);
  const auto asked = [&] { return stop_ || asked_ != done_; };
  for (;;) {
    work_.wait(lock, [&] { return asked() || !batch_.empty(); });
    work_.wait_for(lock, options_.linger,
                   [&] { return asked() || batch_.size() >= options_.batch; });
    std::string batch = std::exchange(batch_, {});
    const std::uint64_t upto = asked_;
    const bool again = std::exchange(reopen_, false);
    const bool last = stop_;
    lock.unlock();
    if (!batch.empty()) write(batch);
    if (again && options_.file != "-") open_again();
    lock.lock();
    done_ = upto;
    written_.notify_all();
    if (batch_.empty()) {  // the memory of a batch serves the next one
      batch.clear();
      batch_ = std::move(batch);
    }
    if (last && batch_.empty()) return;
  }
}

void AccessLog::write(std::string_view batch) {
  if (torn_ && write_some("\n") == 1) torn_ = false;
  const std::size_t done = torn_ ? 0 : write_some(batch);
  const int error = errno;
  if (done > 0) torn_ = batch[done - 1] != '\n';
  const bool whole = done == batch.size();
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(mutex_);
    dropped_ += static_cast<std::uint64_t>(std::count(batch.begin() + done, batch.end(), '\n'));
    lost = dropped_ - told_;
  }
  if (!whole && !std::exchange(failing_, true)) {
    log_warning(
        net::SystemError(
            "the access log " + options_.file + " cannot be written and lines are dropped", error)
            .what());
  }
  if (!whole || lost == 0) return;
  failing_ = false;
  told_ += lost;
  log_warning("the access log is written again; lines lost: " + std::to_string(lost));
}

std::size_t AccessLog::write_some(std::string_view text) {
  std::size_t done = 0;
  while (done < text.size() && writable()) {
    const std::size_t rest = text.size() - done;
    const std::size_t piece = regular_ ? rest : std::min<std::size_t>(rest, PIPE_BUF);
    const ssize_t count = ::write(fd_, text.data() + done, piece);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

// Waits for a reader, which may be for ever while the server runs (lines are dropped meanwhile),
// but not when it ends.
bool AccessLog::writable() {
  if (regular_) return true;
  for (;;) {
    pollfd wait{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (::poll(&wait, 1, 100) != 0) return true;
    const std::lock_guard lock(mutex_);
    if (!stop_ || std::chrono::steady_clock::now() < deadline_) continue;
    errno = ETIMEDOUT;
    return false;
  }
}

void AccessLog::open_again() {
  try {
    file_ = open_log(options_.file);
    fd_ = file_.get();
    regular_ = takes_at_once(fd_);
    torn_ = false;
  } catch (const net::Error& error) {
    log_warning(std::string(error.what()) + "; the old file stays");
  }
}

}  // namespace cli
