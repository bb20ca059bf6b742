#include "sse/event_file.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "sse/event_database.h"
#include "sse/event_tables.h"
#include "sse/memory_sequencer.h"

namespace sse {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

std::int64_t now_ms() {
  return std::chrono::duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace

struct EventFile::Statements {
  explicit Statements(sqlite::Database& db) : database(db) {}
  sqlite::Database& database;

  sqlite::Statement add_event{
      database,
      "INSERT INTO events(seq, topic, time, bytes, form, type, publisher_id, data, private, "
      "retry, alternates) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"};
  sqlite::Statement count_event{
      database,
      "INSERT INTO topics(name, lost, events, bytes) VALUES(?1, "
      "(SELECT forgotten FROM history), 1, ?2) "
      "ON CONFLICT(name) DO UPDATE SET events = events + 1, bytes = bytes + ?2 "
      "RETURNING id, events, bytes"};
  sqlite::Statement pass_event{database,
                               "INSERT INTO topics(name, lost, events, bytes) VALUES(?1, ?2, 0, 0) "
                               "ON CONFLICT(name) DO UPDATE SET lost = ?2"};
  sqlite::Statement find_key{database, "SELECT seq FROM keys WHERE key = ?1"};
  sqlite::Statement add_key{database, "INSERT INTO keys(key, seq, time) VALUES(?1, ?2, ?3)"};
  sqlite::Statement drop_keys{database,
                              "DELETE FROM keys WHERE id <= (SELECT max(id) FROM keys) - ?1 OR "
                              "id IN (SELECT id FROM keys WHERE time < ?2 ORDER BY id LIMIT 500)"};
  sqlite::Statement set_history{database,
                                "UPDATE history SET newest = ?1, bytes = ?2, last_time = ?3"};
  sqlite::Statement oldest{
      database, "SELECT seq, bytes, time FROM events WHERE topic = ?1 ORDER BY seq LIMIT ?2"};
  sqlite::Statement remove{database, "DELETE FROM events WHERE topic = ?1 AND seq <= ?2"};
  sqlite::Statement remove_alternates{
      database,
      "UPDATE history SET alternates_lost = max(alternates_lost, ifnull((SELECT max(seq) FROM "
      "events WHERE topic = ?1 AND seq <= ?2 AND alternates <> ''), 0))"};
  sqlite::Statement pass_alternates{database, "UPDATE history SET alternates_lost = ?1"};
  sqlite::Statement uncount{database,
                            "UPDATE topics SET events = events - ?2, bytes = bytes - ?3, "
                            "lost = max(lost, ?4) WHERE id = ?1"};
  sqlite::Statement heaviest{database, "SELECT id FROM topics ORDER BY bytes DESC LIMIT 1"};
  sqlite::Statement next_topics{
      database, "SELECT id, name FROM topics WHERE id > ?1 AND events > 0 ORDER BY id LIMIT 100"};
  sqlite::Statement recent{database,
                           "SELECT seq, time, form, name, type, publisher_id, data, private, "
                           "retry, alternates FROM events "
                           "JOIN topics ON topics.id = topic WHERE seq <= ?1 ORDER BY seq DESC"};
};

EventFile::EventFile(const std::string& file, const TopicClasses& classes, Options options)
    : file_(file),
      classes_(classes),
      options_(options),
      lock_(event_database::lock(file)),
      db_(event_database::open(file, options.sync)) {
  try {
    sql_ = std::make_unique<Statements>(db_);
    begin_session();
  } catch (const sqlite::Failure& failure) {
    throw event_database::unusable(file_, failure);
  }
}

EventFile::~EventFile() {
  sql_.reset();
  try {
    db_.run("UPDATE history SET at_risk = 0; PRAGMA wal_checkpoint(TRUNCATE);");
  } catch (const sqlite::Failure&) {
    // It will be found at the next start.
  }
}

// What was acknowledged with Sync::normal before a power cut may be gone, and its seqs would be
// given again: under another epoch they are other ids.
void EventFile::begin_session() {
  const std::string boot = boot_id();
  if (db_.number("SELECT at_risk FROM history") != 0 &&
      db_.text("SELECT boot FROM history") != boot) {
    db_.run("UPDATE history SET epoch = '" + random_epoch() + "'");
  }
  db_.run("UPDATE history SET boot = '" + boot +
          "', at_risk = " + (options_.sync == Sync::normal ? "1" : "0"));
  epoch_ = db_.text("SELECT epoch FROM history");
  newest_ = next_newest_ = static_cast<std::uint64_t>(db_.number("SELECT newest FROM history"));
  bytes_ = next_bytes_ = db_.number("SELECT bytes FROM history");
  last_time_ = db_.number("SELECT last_time FROM history");
}

void EventFile::begin() { db_.run("BEGIN IMMEDIATE"); }

void EventFile::commit() {
  sql_->set_history.run(static_cast<std::int64_t>(next_newest_), next_bytes_, last_time_);
  db_.run("COMMIT");
  newest_ = next_newest_;
  bytes_ = next_bytes_;
}

void EventFile::roll_back() {
  // SQLite has rolled back by itself after some failures, a full disk among them.
  if (db_.in_transaction()) db_.run("ROLLBACK");
  next_newest_ = newest_;
  next_bytes_ = bytes_;
}

EventFile::Added EventFile::add(Draft draft) {
  if (!draft.key.empty()) {
    sqlite::Statement::Rows known = sql_->find_key.rows(draft.key);
    if (known.next()) return {static_cast<std::uint64_t>(known.number(0)), nullptr};
  }
  const std::uint64_t seq = next_newest_ + 1;
  const auto number = static_cast<std::int64_t>(seq);
  last_time_ = std::max(last_time_, now_ms());  // ascends with seq, whatever the clock does
  const auto weight =
      static_cast<std::int64_t>(64 + draft.topic.size() + draft.type.size() + draft.data.size());
  const Retention& keep = classes_.of(draft.topic).keep;
  if (keep.events == 0) {
    sql_->pass_event.run(draft.topic, number);
    if (!draft.alternates.empty()) sql_->pass_alternates.run(number);
  } else {
    std::int64_t topic = 0;
    std::int64_t kept = 0;
    std::int64_t topic_bytes = 0;
    {
      sqlite::Statement::Rows counted = sql_->count_event.rows(draft.topic, weight);
      while (counted.next()) {
        topic = counted.number(0);
        kept = counted.number(1);
        topic_bytes = counted.number(2);
      }
    }
    sql_->add_event.run(number, topic, last_time_, weight, static_cast<std::int64_t>(draft.form),
                        draft.type, draft.publisher_id, draft.data,
                        static_cast<std::int64_t>(draft.is_private), draft.retry.count(),
                        tables::joined(draft.alternates));
    next_bytes_ += weight;
    trim_topic(topic, kept, topic_bytes, keep);
  }
  if (!draft.key.empty()) sql_->add_key.run(draft.key, number, last_time_);
  next_newest_ = seq;
  const system_clock::time_point time{milliseconds(last_time_)};
  return {seq, std::make_shared<const Event>(epoch_, seq, std::move(draft), time)};
}

// With some slack, so that not every event costs the removal of one.
void EventFile::trim_topic(std::int64_t topic, std::int64_t kept, std::int64_t weight,
                           const Retention& keep) {
  const auto events = static_cast<std::int64_t>(keep.events);
  const auto bytes = static_cast<std::int64_t>(keep.topic_bytes);
  if (kept <= events + events / 16 && weight <= bytes + bytes / 16) return;
  Excess excess;
  excess.events = kept - events;
  excess.bytes = weight - bytes;
  remove_oldest(topic, excess, 1000);
}

// The newest stays, whatever it weighs, unless it is too old.
std::size_t EventFile::remove_oldest(std::int64_t topic, const Excess& excess, std::size_t most) {
  std::int64_t events = 0;
  std::int64_t bytes = 0;
  std::int64_t through = 0;
  {
    sqlite::Statement::Rows rows = sql_->oldest.rows(topic, static_cast<std::int64_t>(most + 1));
    while (rows.next()) {
      const bool aged = rows.number(2) < excess.before;
      const bool wanted = aged || events < excess.events || bytes < excess.bytes;
      if (!wanted || static_cast<std::size_t>(events) == most) break;
      if (!aged && static_cast<std::uint64_t>(rows.number(0)) == next_newest_ + 1) break;
      through = rows.number(0);
      bytes += rows.number(1);
      ++events;
    }
  }
  if (events == 0) return 0;
  sql_->remove_alternates.run(topic, through);
  sql_->remove.run(topic, through);
  sql_->uncount.run(topic, events, bytes, through);
  next_bytes_ -= bytes;
  return static_cast<std::size_t>(events);
}

bool EventFile::trim(std::size_t events) {
  const std::size_t most = 100 + 2 * events;
  const std::size_t removed = trim_hub(most);
  const std::size_t aged = trim_aged(most);
  trim_keys();
  forget_topics();
  return removed >= most || aged >= most;
}

// The topic that has most gives way, so that the quiet ones keep theirs.
std::size_t EventFile::trim_hub(std::size_t most) {
  const auto limit = static_cast<std::int64_t>(options_.bytes);
  std::size_t removed = 0;
  while (next_bytes_ > limit && removed < most) {
    std::int64_t topic = 0;
    {
      sqlite::Statement::Rows rows = sql_->heaviest.rows();
      if (rows.next()) topic = rows.number(0);
    }
    Excess excess;
    excess.bytes = next_bytes_ - limit;
    const std::size_t part = remove_oldest(topic, excess, most - removed);
    if (part == 0) break;
    removed += part;
  }
  return removed;
}

// A hundred topics at a time, in turn.
std::size_t EventFile::trim_aged(std::size_t most) {
  struct Seen {
    std::int64_t topic;
    std::int64_t before;
  };
  std::vector<Seen> seen;
  {
    sqlite::Statement::Rows rows = sql_->next_topics.rows(swept_);
    while (rows.next()) {
      const milliseconds age = classes_.of(rows.text(1)).keep.age;
      seen.push_back({rows.number(0), now_ms() - age.count()});
    }
  }
  std::size_t removed = 0;
  for (const Seen& each : seen) {
    Excess excess;
    excess.before = each.before;
    removed += remove_oldest(each.topic, excess, most - removed);
    if (removed >= most) return removed;  // this topic again, next time
    swept_ = each.topic;
  }
  if (seen.size() < 100) swept_ = 0;
  return removed;
}

void EventFile::trim_keys() {
  const milliseconds age = options_.key_age;
  sql_->drop_keys.run(static_cast<std::int64_t>(options_.keys), now_ms() - age.count());
}

// Beyond the limit, topics without events lose their own memory of what they have lost.
void EventFile::forget_topics() {
  const std::int64_t over =
      db_.number("SELECT count(*) FROM topics") - static_cast<std::int64_t>(options_.topics);
  if (over <= 0) return;
  const std::string some = "(SELECT id FROM topics WHERE events = 0 ORDER BY lost LIMIT " +
                           std::to_string(std::min<std::int64_t>(over, 500)) + ")";
  db_.run(
      "UPDATE history SET forgotten = max(forgotten, ifnull((SELECT max(lost) FROM topics "
      "WHERE id IN " +
      some + "), 0)); DELETE FROM topics WHERE id IN " + some);
}

std::vector<EventRef> EventFile::recent(std::size_t events, std::size_t bytes) {
  std::vector<EventRef> found;
  std::size_t weight = 0;
  std::uint64_t expected = newest_;
  sqlite::Statement::Rows rows = sql_->recent.rows(static_cast<std::int64_t>(newest_));
  while (found.size() < events && weight < bytes && rows.next()) {
    EventRef event = tables::event_of(rows, epoch_);
    if (event->seq() != expected) break;
    weight += event->weight();
    --expected;
    found.push_back(std::move(event));
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace sse
