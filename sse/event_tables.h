// The tables of an events' file, and how an event is made of a row.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sse/event.h"
#include "sse/sqlite.h"

namespace sse::tables {

inline constexpr std::int64_t application = 0x48524C44;  // "HRLD"
inline constexpr std::int64_t version = 2;

// `lost`: events of the topic up to that seq may have been removed; `forgotten`: the same for
// topics that are not there any more; `alternates_lost`: the same for events of more topics than
// one, which are kept with the first of them. `at_risk`: what has been acknowledged since `boot`
// may not be on the disk. Times are milliseconds since 1970.
inline constexpr const char* schema =
    "CREATE TABLE history(epoch TEXT NOT NULL, newest INTEGER NOT NULL, bytes INTEGER NOT NULL, "
    "  forgotten INTEGER NOT NULL, last_time INTEGER NOT NULL, boot TEXT NOT NULL, "
    "  at_risk INTEGER NOT NULL, alternates_lost INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, "
    "  lost INTEGER NOT NULL, events INTEGER NOT NULL, bytes INTEGER NOT NULL);"
    "CREATE TABLE events(seq INTEGER PRIMARY KEY, topic INTEGER NOT NULL, time INTEGER NOT NULL, "
    "  bytes INTEGER NOT NULL, form INTEGER NOT NULL, type TEXT NOT NULL, "
    "  publisher_id TEXT NOT NULL, data TEXT NOT NULL, private INTEGER NOT NULL, "
    "  retry INTEGER NOT NULL, alternates TEXT NOT NULL);"
    "CREATE INDEX events_by_topic ON events(topic);"
    "CREATE INDEX events_with_alternates ON events(seq) WHERE alternates <> '';"
    "CREATE TABLE keys(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL, "
    "  time INTEGER NOT NULL);";

// What came after the tables: made at every start, if it is missing.
inline constexpr const char* later_indexes =
    "CREATE INDEX IF NOT EXISTS events_by_publisher_id ON events(publisher_id) "
    "WHERE publisher_id <> '';"
    "CREATE INDEX IF NOT EXISTS topics_by_lost ON topics(lost) WHERE lost > 0;";

// More topics than one, a line each: there are no line breaks in a topic.
inline std::string joined(const std::vector<std::string>& topics) {
  std::string text;
  for (const std::string& topic : topics) text.append(text.empty() ? "" : "\n").append(topic);
  return text;
}

inline std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> topics;
  while (!text.empty()) {
    const auto end = text.find('\n');
    topics.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return topics;
}

// Of the columns seq, time, form, topic, type, publisher_id, data, private, retry, alternates.
inline EventRef event_of(const sqlite::Statement::Rows& row, std::string_view epoch) {
  Draft draft;
  draft.form = row.number(2) == 0 ? Form::text : Form::json;
  draft.topic = row.text(3);
  draft.type = row.text(4);
  draft.publisher_id = row.text(5);
  draft.data = row.text(6);
  draft.is_private = row.number(7) != 0;
  draft.retry = std::chrono::milliseconds(row.number(8));
  draft.alternates = split(row.text(9));
  const std::chrono::system_clock::time_point time{std::chrono::milliseconds(row.number(1))};
  return std::make_shared<const Event>(epoch, static_cast<std::uint64_t>(row.number(0)),
                                       std::move(draft), time);
}

}  // namespace sse::tables
