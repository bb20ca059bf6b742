#include <algorithm>

#include "sse/event_file.h"
#include "sse/event_tables.h"
#include "sse/parsed_topic.h"

namespace sse {

struct EventFileReader::Statements {
  explicit Statements(sqlite::Database& db) : database(db) {}
  sqlite::Database& database;

  sqlite::Statement history{database,
                            "SELECT epoch, newest, forgotten, alternates_lost FROM history"};
  sqlite::Statement topic{database, "SELECT id, lost FROM topics WHERE name = ?1"};
  sqlite::Statement named{database,
                          "SELECT min(seq) FROM events WHERE publisher_id = ?1 AND "
                          "publisher_id <> ''"};
  sqlite::Statement lost{database, "SELECT max(lost) FROM topics"};
  sqlite::Statement lost_last{database,
                              "SELECT name, lost FROM topics WHERE lost > ?1 AND lost > 0 "
                              "ORDER BY lost DESC LIMIT ?2"};
  sqlite::Statement of_topic{database,
                             "SELECT seq, time, form, ?3, type, publisher_id, data, private, "
                             "retry, alternates FROM events "
                             "WHERE topic = ?1 AND seq > ?2 ORDER BY seq"};
  sqlite::Statement newest{database,
                           "SELECT seq, time, form, ?1, type, publisher_id, data, private, "
                           "retry, alternates FROM events JOIN topics ON topics.id = topic "
                           "WHERE name = ?1 ORDER BY seq DESC LIMIT ?2"};
  sqlite::Statement newest_of_several{
      database,
      "SELECT seq, time, form, name, type, publisher_id, data, private, retry, alternates FROM "
      "events JOIN topics ON topics.id = topic WHERE alternates <> '' AND "
      "instr(char(10) || alternates || char(10), char(10) || ?1 || char(10)) "
      "ORDER BY seq DESC LIMIT ?2"};
  sqlite::Statement of_all{database,
                           "SELECT seq, time, form, name, type, publisher_id, data, private, "
                           "retry, alternates FROM events "
                           "JOIN topics ON topics.id = topic WHERE seq > ?1 ORDER BY seq"};
  sqlite::Statement of_several{
      database,
      "SELECT seq, time, form, name, type, publisher_id, data, private, retry, alternates FROM "
      "events JOIN topics ON topics.id = topic WHERE seq > ?1 AND alternates <> '' ORDER BY seq"};
};

namespace {

// For one page: topics that have lost something are looked at, and compared with what is wanted.
constexpr std::size_t most_topics = 10'000;
constexpr std::size_t most_comparisons = 100'000;

// Takes rows until there are enough. False: there are more.
bool take(sqlite::Statement::Rows rows, const Range& range, const std::string& epoch,
          std::vector<EventRef>& into) {
  std::size_t bytes = 0;
  std::size_t events = 0;
  while (rows.next()) {
    if (events >= range.events || (events > 0 && bytes >= range.bytes)) return false;
    into.push_back(tables::event_of(rows, epoch));
    bytes += into.back()->weight();
    ++events;
  }
  return true;
}

void note(Past& past, bool whole) {
  if (!whole) past.through = std::min(past.through, past.events.back()->seq());
}

bool all_by_name(const Matchers& topics) {
  return std::all_of(topics.begin(), topics.end(),
                     [](const TopicMatcher& topic) { return topic.is_exact(); });
}

// What several topics gave is put in order and cut to what was asked for.
void merge(Past& past, const Range& range) {
  std::sort(past.events.begin(), past.events.end(),
            [](const EventRef& a, const EventRef& b) { return a->seq() < b->seq(); });
  const auto beyond = std::find_if(past.events.begin(), past.events.end(),
                                   [&](const EventRef& e) { return e->seq() > past.through; });
  past.events.erase(beyond, past.events.end());
  past.events.erase(
      std::unique(past.events.begin(), past.events.end(),
                  [](const EventRef& a, const EventRef& b) { return a->seq() == b->seq(); }),
      past.events.end());
  std::size_t bytes = 0;
  std::size_t kept = 0;
  for (; kept < past.events.size() && kept < range.events && bytes < range.bytes; ++kept) {
    bytes += past.events[kept]->weight();
  }
  if (kept == past.events.size()) return;
  past.events.resize(kept);
  past.through = past.events.back()->seq();
}

}  // namespace

EventFileReader::EventFileReader(const std::string& file)
    : db_(file, sqlite::Access::read), sql_(std::make_unique<Statements>(db_)) {}

EventFileReader::~EventFileReader() = default;

Past EventFileReader::read(const Range& range) {
  // All that is read is of one moment.
  struct Snapshot {
    explicit Snapshot(sqlite::Database& held) : db(held) { db.run("BEGIN"); }
    ~Snapshot() {
      try {
        db.run("ROLLBACK");
      } catch (const sqlite::Failure&) {
        // There was nothing to undo.
      }
    }
    sqlite::Database& db;
  } const snapshot(db_);

  Past past;
  std::uint64_t forgotten = 0;
  std::uint64_t alternates_lost = 0;
  {
    sqlite::Statement::Rows rows = sql_->history.rows();
    rows.next();
    past.epoch = rows.text(0);
    past.newest = past.through = static_cast<std::uint64_t>(rows.number(1));
    forgotten = static_cast<std::uint64_t>(rows.number(2));
    alternates_lost = static_cast<std::uint64_t>(rows.number(3));
  }
  if (range.newest > 0) {
    read_newest(range, past);
    return past;
  }
  if (!range.named.empty()) {
    sqlite::Statement::Rows rows = sql_->named.rows(range.named);
    const std::int64_t seq = rows.next() ? rows.number(0) : 0;
    if (seq > 0) past.named = static_cast<std::uint64_t>(seq);
  }
  const auto after = static_cast<std::int64_t>(past.named.value_or(range.after));
  past.lost = forgotten;
  // Events of several topics are kept, and lost, with the first of these.
  if (!range.topics.empty()) past.lost = std::max(past.lost, alternates_lost);
  if (!range.topics.empty() && all_by_name(range.topics)) {
    read_by_name(range, after, past);
  } else {
    past.lost = std::max(past.lost, lost_after(after, range.topics));
    note(past, take(sql_->of_all.rows(after), range, past.epoch, past.events));
  }
  merge(past, range);
  return past;
}

void EventFileReader::read_by_name(const Range& range, std::int64_t after, Past& past) {
  for (const TopicMatcher& wanted : range.topics) {
    const std::string& name = wanted.text();
    std::int64_t topic = 0;
    {
      sqlite::Statement::Rows rows = sql_->topic.rows(name);
      if (rows.next()) {
        topic = rows.number(0);
        past.lost = std::max(past.lost, static_cast<std::uint64_t>(rows.number(1)));
      }
    }
    if (topic == 0) continue;
    note(past, take(sql_->of_topic.rows(topic, after, name), range, past.epoch, past.events));
  }
  note(past, take(sql_->of_several.rows(after), range, past.epoch, past.events));
}

// Of these topics, patterns among them, or of all if there are none; 0: no more than up to `after`.
// The first of the rows that match, by what was lost last, says it. Every page asks anew, and
// others wait for theirs: of more rows than can be compared, what is left may all be wanted.
std::uint64_t EventFileReader::lost_after(std::int64_t after, const Matchers& topics) {
  if (topics.empty()) {
    sqlite::Statement::Rows rows = sql_->lost.rows();
    return rows.next() ? static_cast<std::uint64_t>(rows.number(0)) : 0;
  }
  std::size_t left = std::min(most_topics, most_comparisons / topics.size());
  sqlite::Statement::Rows rows = sql_->lost_last.rows(after, static_cast<std::int64_t>(left) + 1);
  while (rows.next()) {
    const auto lost = static_cast<std::uint64_t>(rows.number(1));
    if (left-- == 0) return lost;
    const ParsedTopic parsed(rows.text(0));
    const bool wanted = std::any_of(topics.begin(), topics.end(), [&](const TopicMatcher& topic) {
      return topic.matches(parsed);
    });
    if (wanted) return lost;
  }
  return 0;
}

void EventFileReader::read_newest(const Range& range, Past& past) {
  const auto most = static_cast<std::int64_t>(range.newest);
  for (const TopicMatcher& topic : range.topics) {
    for (sqlite::Statement* statement : {&sql_->newest, &sql_->newest_of_several}) {
      sqlite::Statement::Rows rows = statement->rows(topic.text(), most);
      while (rows.next()) past.events.push_back(tables::event_of(rows, past.epoch));
    }
  }
  std::sort(past.events.begin(), past.events.end(),
            [](const EventRef& a, const EventRef& b) { return a->seq() < b->seq(); });
}

}  // namespace sse
