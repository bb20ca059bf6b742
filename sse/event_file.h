// The file of a SqliteSequencer: its tables, and what is done with them. EventFile writes, for one
// thread; EventFileReader reads beside it, for another (WAL: neither waits for the other).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/net/error.h"
#include "server/net/handle.h"
#include "sse/event_database.h"
#include "sse/retention.h"
#include "sse/sequencer.h"
#include "sse/sqlite.h"

namespace sse {

class EventFile {
 public:
  struct Options {
    Sync sync = Sync::full;
    std::size_t bytes = 1 << 30;   // of events, in all
    std::size_t topics = 100'000;  // beyond that, those without events are forgotten
    std::size_t keys = 100'000;    // of idempotency
    std::chrono::seconds key_age{24 * 3600};
  };

  using InUse = event_database::InUse;

  // Makes the file if it is missing. Throws net::Error, in one sentence with the remedy, if it
  // cannot be used: in use (InUse), damaged, another program's, in a folder that cannot be written.
  // `classes` outlives it.
  EventFile(const std::string& file, const TopicClasses& classes, Options options);
  ~EventFile();

  const std::string& epoch() const { return epoch_; }
  // Of what has been committed.
  std::uint64_t newest() const { return newest_; }

  // Between begin() and commit(), or roll_back(), which forgets all since. They throw
  // sqlite::Failure, after which only roll_back() may be called.
  void begin();
  // Gives `draft` the next seq; or, if its key is known, returns the seq it has, without an event.
  struct Added {
    std::uint64_t seq;
    EventRef event;  // null: it was there already
  };
  Added add(Draft draft);
  void commit();
  void roll_back();

  // Removes some of what is too old or too much: about as much as `events` more add, so that it
  // holds nobody up. Returns whether there may be more to remove.
  bool trim(std::size_t events);
  // Whether more is kept than should be, apart from age.
  bool overfull() const { return bytes_ > static_cast<std::int64_t>(options_.bytes); }

  // The newest events, as far back as there is no hole between them.
  std::vector<EventRef> recent(std::size_t events, std::size_t bytes);

 private:
  struct Statements;
  struct Excess {
    std::int64_t events = 0;
    std::int64_t bytes = 0;
    std::int64_t before = 0;  // whatever was published before this time
  };
  void begin_session();
  void trim_topic(std::int64_t topic, std::int64_t kept, std::int64_t weight,
                  const Retention& keep);
  std::size_t remove_oldest(std::int64_t topic, const Excess& excess, std::size_t most);
  std::size_t trim_hub(std::size_t most);
  std::size_t trim_aged(std::size_t most);
  void trim_keys();
  void forget_topics();

  const std::string file_;
  const TopicClasses& classes_;
  const Options options_;
  net::Fd lock_;
  sqlite::Database db_;
  std::unique_ptr<Statements> sql_;
  std::string epoch_;
  std::uint64_t newest_ = 0;
  std::uint64_t next_newest_ = 0;  // with what is not committed yet
  std::int64_t bytes_ = 0;
  std::int64_t next_bytes_ = 0;
  std::int64_t last_time_ = 0;
  std::int64_t swept_ = 0;  // the topic up to which age has been looked at
};

class EventFileReader {
 public:
  explicit EventFileReader(const std::string& file);
  ~EventFileReader();

  // Throws sqlite::Failure.
  Past read(const Range& range);

 private:
  struct Statements;
  void read_by_name(const Range& range, std::int64_t after, Past& past);
  std::uint64_t lost_after(std::int64_t after, const Matchers& topics);
  void read_newest(const Range& range, Past& past);

  sqlite::Database db_;
  std::unique_ptr<Statements> sql_;
};

}  // namespace sse
