#include "sse/sqlite_sequencer.h"

#include <sqlite3.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "server/net/reserve.h"

namespace sse {
namespace {

constexpr std::size_t batch_events = 2000;
constexpr std::chrono::milliseconds tidying_interval{1000};
// How often it is seen whether a predecessor has gone, and what it has written.
constexpr std::chrono::milliseconds watching_interval{20};

std::size_t weight_of(const std::vector<Draft>& drafts) {
  std::size_t bytes = 0;
  for (const Draft& draft : drafts) bytes += sizeof(Draft) + draft.data.size();
  return bytes;
}

std::string reason_of(const std::exception& failure) {
  const auto* of_file = dynamic_cast<const sqlite::Failure*>(&failure);
  return of_file && of_file->code() == SQLITE_FULL ? "the disk is full" : net::reason_of(failure);
}

Refused unwritable(const std::exception& failure) {
  return {503,
          "The event was not published: its store cannot be written (" + reason_of(failure) + ")."};
}

}  // namespace

SqliteSequencer::SqliteSequencer(Options options) : options_(std::move(options)) {
  open();
  reader_.emplace(options_.file);
  writer_ = std::thread([this] { write_all(); });
  read_thread_ = std::thread([this] { read_all(); });
}

SqliteSequencer::~SqliteSequencer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  news_.notify_all();
  writer_.join();
  read_thread_.join();
}

void SqliteSequencer::open() {
  try {
    file_.emplace(options_.file, options_.classes, options_.keep);
  } catch (const EventFile::InUse&) {
    if (options_.in_use == InUse::refused) throw;
    predecessor_.emplace(options_.file, fanout_);
    newest_ = predecessor_->newest();
    return;
  }
  has_store_ = true;
  newest_ = file_->newest();
  const Fanout::Options recent;
  const std::vector<EventRef> events = file_->recent(recent.events, recent.bytes);
  fanout_.start(file_->epoch(), file_->newest() - events.size());
  fanout_.deliver(events);
}

// Until the file can be had. False: this one ends before that.
bool SqliteSequencer::take_over() {
  while (predecessor_) {
    try {
      try_to_take_over();
      report("");
    } catch (const std::exception& error) {
      report(error.what());
    }
    newest_.store(predecessor_ ? predecessor_->newest() : file_->newest(),
                  std::memory_order_release);
    std::unique_lock lock(mutex_);
    if (predecessor_ && news_.wait_for(lock, watching_interval, [this] { return stopping_; })) {
      return false;
    }
  }
  return true;
}

void SqliteSequencer::try_to_take_over() {
  try {
    if (!file_) file_.emplace(options_.file, options_.classes, options_.keep);
  } catch (const EventFile::InUse&) {
    return predecessor_->follow();
  }
  predecessor_->finish(file_->newest());
  predecessor_.reset();
  has_store_ = true;
}

void SqliteSequencer::release() {
  {
    const std::lock_guard lock(mutex_);
    released_ = true;
  }
  news_.notify_all();
}

void SqliteSequencer::publish(std::vector<Draft> drafts, net::Loop& home,
                              std::function<void(const Published&)> done) {
  std::optional<Refused> refused;
  for (const Draft& draft : drafts) {
    if (auto reason = refusal(draft)) refused = Refused{400, *std::move(reason)};
  }
  if (!refused) {
    const std::size_t bytes = weight_of(drafts);
    const std::lock_guard lock(mutex_);
    if (!released_ && waiting_bytes_ + bytes <= options_.waiting_bytes) {
      waiting_bytes_ += bytes;
      jobs_.push_back({std::move(drafts), &home, std::move(done), {}, bytes});
      news_.notify_all();
      return;
    }
    refused = Refused{503, released_ ? "Another process has taken over: try again."
                                     : "Events come faster than their store takes them."};
  }
  home.post([done = std::move(done), said = *std::move(refused)] { done(said); });
}

void SqliteSequencer::read(Range range, net::Loop& home,
                           std::function<void(std::variant<Past, Refused>)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (reads_.size() < options_.waiting_reads) {
      reads_.push_back({std::move(range), &home, std::move(done)});
      news_.notify_all();
      return;
    }
  }
  home.post([done = std::move(done)] { done(Refused{503, "Too many wait for the past."}); });
}

void SqliteSequencer::detach(Inbox& inbox, net::Loop& home) {
  fanout_.detach(inbox);
  std::unique_lock lock(mutex_);
  // Events that have been accepted are written all the same.
  for (Job& job : jobs_) {
    if (job.home == &home) job.home = nullptr;
  }
  std::erase_if(reads_, [&home](const Read& read) { return read.home == &home; });
  rest_.wait(lock, [&, batch = writing_] {
    return (batch == 0 || writing_ != batch) && reading_for_ != &home;
  });
}

void SqliteSequencer::write_all() {
  if (!take_over()) return;
  for (;;) {
    std::deque<Job> jobs = next_jobs();
    if (jobs.empty()) {
      const std::lock_guard lock(mutex_);
      if ((stopping_ || released_) && jobs_.empty()) break;
    }
    if (jobs.empty()) {
      tidy();
      continue;
    }
    write(jobs);
    jobs.clear();
    {
      const std::lock_guard lock(mutex_);
      writing_ = 0;
    }
    rest_.notify_all();
  }
  file_.reset();
}

// All that waits, up to a bound; nothing when it is time to tidy or to stop.
std::deque<SqliteSequencer::Job> SqliteSequencer::next_jobs() {
  std::unique_lock lock(mutex_);
  if (!more_to_trim_) {
    news_.wait_for(lock, tidying_interval,
                   [this] { return stopping_ || released_ || !jobs_.empty(); });
  }
  std::deque<Job> taken;
  std::size_t events = 0;
  while (!jobs_.empty() &&
         (taken.empty() || events + jobs_.front().drafts.size() <= batch_events)) {
    events += jobs_.front().drafts.size();
    waiting_bytes_ -= jobs_.front().bytes;
    taken.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
  }
  writing_ = taken.empty() ? 0 : ++batches_;
  return taken;
}

void SqliteSequencer::write(std::deque<Job>& jobs) {
  std::vector<EventRef> events;
  const auto begun = net::Clock::now();
  try {
    insert(jobs, events);
    tally_.written(net::Clock::now() - begun);
  } catch (const std::exception& failure) {
    tally_.failed();
    const Refused refused = unwritable(failure);
    report(refused.sentence);
    try {
      file_->roll_back();
    } catch (const sqlite::Failure&) {
      // The next batch will find out.
    }
    return answer(jobs, &refused);
  }
  const net::Reserve::Urgent urgent;  // they are accepted
  report("");
  newest_.store(file_->newest(), std::memory_order_release);
  fanout_.deliver(events);
  answer(jobs, nullptr);
}

void SqliteSequencer::insert(std::deque<Job>& jobs, std::vector<EventRef>& events) {
  file_->begin();
  for (Job& job : jobs) {
    for (Draft& draft : job.drafts) {
      EventFile::Added added = file_->add(std::move(draft));
      if (added.event) events.push_back(std::move(added.event));
      job.ids.push_back({.epoch = file_->epoch(), .seq = added.seq});
    }
  }
  if (file_->overfull()) file_->trim(events.size());
  file_->commit();
}

void SqliteSequencer::tidy() {
  try {
    file_->begin();
    more_to_trim_ = file_->trim(400);
    file_->commit();
  } catch (const std::exception&) {
    more_to_trim_ = false;
    try {
      file_->roll_back();
    } catch (const sqlite::Failure&) {
      // Publishing will complain.
    }
  }
}

void SqliteSequencer::answer(std::deque<Job>& jobs, const Refused* refused) {
  const std::lock_guard lock(mutex_);  // homes go while nobody posts
  for (Job& job : jobs) {
    if (!job.home) continue;
    Published said = refused ? Published(*refused) : Published(std::move(job.ids));
    job.home->post([done = std::move(job.done), said = std::move(said)] { done(said); });
  }
}

// Once when trouble begins and once when it is over, not for every event.
void SqliteSequencer::report(const std::string& reason) {
  if (reason == reported_) return;
  if (options_.complain) {
    options_.complain(reason.empty() ? "events are written to " + options_.file + " again"
                                     : options_.file + ": " + reason);
  }
  reported_ = reason;
}

void SqliteSequencer::read_all() {
  std::unique_lock lock(mutex_);
  for (;;) {
    news_.wait(lock, [this] { return stopping_ || !reads_.empty(); });
    if (stopping_) return;
    Read read = std::move(reads_.front());
    reads_.pop_front();
    reading_for_ = read.home;
    lock.unlock();
    std::variant<Past, Refused> said;
    try {
      said = reader_->read(read.range);
    } catch (const std::exception& failure) {
      said = Refused{503, "The events' store cannot be read: " + reason_of(failure)};
    }
    lock.lock();
    read.home->post(
        [done = std::move(read.done), said = std::move(said)]() mutable { done(std::move(said)); });
    reading_for_ = nullptr;
    rest_.notify_all();
  }
}

}  // namespace sse
