// AccessLog: gathers the lines of every worker and writes them from a thread of its own, so that no
// worker ever waits for a disk or a pipe. What cannot be written is dropped, counted and told once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "server/http/access.h"
#include "server/net/handle.h"

namespace cli {

class AccessLog final : public http::AccessLog {
 public:
  struct Options {
    std::string file = "-";                    // "-": standard output
    std::chrono::milliseconds linger{200};     // a line is written after this at the latest
    std::size_t batch = 64 * 1024;             // bytes; a larger batch is written at once
    std::size_t most = 8 * 1024 * 1024;        // bytes that may wait; more lines are dropped
    std::chrono::milliseconds farewell{1000};  // for a reader that does not read, at the end
  };

  // Opens the file to append to; throws net::SystemError. SIGPIPE must be ignored. Signals that a
  // loop is to receive must be blocked before.
  explicit AccessLog(Options options);
  // Writes what waits.
  ~AccessLog() override;
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void completed(const http::Access& access) noexcept override;

  // Any thread. Lines before this go to the old file, lines after it to a new one of the same name;
  // returns at once. If the new one cannot be opened, the old one stays, with a warning.
  void reopen();
  // Returns when every line so far was written or dropped.
  void flush();
  // Lines that were dropped since the start.
  std::uint64_t dropped() const;

 private:
  void run();
  void write(std::string_view batch);
  // Returns how many bytes of it; fewer than all with the reason in errno.
  std::size_t write_some(std::string_view text);
  bool writable();
  void open_again();

  const Options options_;
  net::Fd file_;
  int fd_ = STDOUT_FILENO;  // or that of file_
  bool regular_ = false;    // not a pipe: write(2) does not wait for a reader
  bool failing_ = false;    // the last write failed, and that was told
  bool torn_ = false;       // it failed in the middle of a line
  std::uint64_t told_ = 0;  // dropped when writing last worked

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::condition_variable written_;
  std::string batch_;
  std::uint64_t dropped_ = 0;
  std::uint64_t asked_ = 0;  // flushes and reopens asked for; done_ catches up
  std::uint64_t done_ = 0;
  bool reopen_ = false;
  bool stop_ = false;
  std::chrono::steady_clock::time_point deadline_;  // once stop_ is set

  std::thread thread_;  // last: started when all else is there
};

}  // namespace cli
