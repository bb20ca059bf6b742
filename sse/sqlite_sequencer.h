// SqliteSequencer: events in a file. One thread writes, all that waits in one transaction; what is
// answered is committed. A second one reads the past for those that come back after long.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "sse/event_file.h"
#include "sse/event_file_follower.h"
#include "sse/fanout.h"
#include "sse/sequencer.h"

namespace sse {

class SqliteSequencer final : public Sequencer, private Archive {
 public:
  // Of a file that is in use.
  enum class InUse : std::uint8_t {
    refused,
    // By a process that is about to release it: until then readers get what it writes, and
    // publishers wait.
    awaited,
  };
  struct Options {
    std::string file;
    InUse in_use = InUse::refused;
    EventFile::Options keep;
    TopicClasses classes{TopicClass()};
    std::size_t waiting_bytes = 64 << 20;  // of drafts that are not written yet; more is refused
    std::size_t waiting_reads = 100'000;
    std::function<void(const std::string&)> complain;  // from any thread; may be empty
  };

  // Throws as EventFile does.
  explicit SqliteSequencer(Options options);
  // Writes what has been given to it.
  ~SqliteSequencer() override;

  void publish(std::vector<Draft> drafts, net::Loop& home,
               std::function<void(const Published&)> done) override;
  void attach(Inbox& inbox) override { fanout_.attach(inbox); }
  void detach(Inbox& inbox, net::Loop& home) override;
  std::uint64_t newest() const override { return newest_.load(std::memory_order_acquire); }
  Archive* archive() override { return this; }
  const StoreTally* tally() const override { return &tally_; }
  bool has_store() const override { return has_store_.load(std::memory_order_relaxed); }
  void release() override;

 private:
  struct Job {
    std::vector<Draft> drafts;
    net::Loop* home;  // null: the loop has gone
    std::function<void(const Published&)> done;
    EventIds ids;
    std::size_t bytes;
  };
  struct Read {
    Range range;
    net::Loop* home;
    std::function<void(std::variant<Past, Refused>)> done;
  };

  void read(Range range, net::Loop& home,
            std::function<void(std::variant<Past, Refused>)> done) override;
  void open();
  bool take_over();
  void try_to_take_over();
  void write_all();
  std::deque<Job> next_jobs();
  void write(std::deque<Job>& jobs);
  void insert(std::deque<Job>& jobs, std::vector<EventRef>& events);
  void tidy();
  void answer(std::deque<Job>& jobs, const Refused* refused);
  void report(const std::string& reason);
  void read_all();

  Options options_;
  std::optional<EventFile> file_;  // the writer's, once it runs; none: another process has it
  std::optional<EventFileFollower> predecessor_;  // the writer's
  std::optional<EventFileReader> reader_;
  Fanout fanout_;
  StoreTally tally_;
  std::atomic<std::uint64_t> newest_ = 0;
  std::atomic<bool> has_store_ = false;
  bool more_to_trim_ = false;
  std::string reported_;  // the trouble that has been complained of; empty: all is well

  std::mutex mutex_;  // guards what is below
  std::condition_variable news_;
  std::condition_variable rest_;  // a batch has been answered
  std::deque<Job> jobs_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t writing_ = 0;  // the batch under way, counted from 1; 0: none
  std::uint64_t batches_ = 0;
  std::deque<Read> reads_;
  net::Loop* reading_for_ = nullptr;  // whom the reader is busy for
  bool stopping_ = false;
  bool released_ = false;
  std::thread writer_;
  std::thread read_thread_;
};

}  // namespace sse
