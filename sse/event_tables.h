// The tables of an events' file, and how an event is made of a row.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "sse/event.h"
#include "sse/sqlite.h"

namespace sse::tables {

inline constexpr std::int64_t application = 0x48524C44;  // "HRLD"
inline constexpr std::int64_t version = 1;

// `lost`: events of the topic up to that seq may have been removed; `forgotten`: the same for
// topics that are not there any more. `at_risk`: what has been acknowledged since `boot` may not be
// on the disk. Times are milliseconds since 1970.
inline constexpr const char* schema =
    "CREATE TABLE history(epoch TEXT NOT NULL, newest INTEGER NOT NULL, bytes INTEGER NOT NULL, "
    "  forgotten INTEGER NOT NULL, last_time INTEGER NOT NULL, boot TEXT NOT NULL, "
    "  at_risk INTEGER NOT NULL);"
    "CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, "
    "  lost INTEGER NOT NULL, events INTEGER NOT NULL, bytes INTEGER NOT NULL);"
    "CREATE TABLE events(seq INTEGER PRIMARY KEY, topic INTEGER NOT NULL, time INTEGER NOT NULL, "
    "  bytes INTEGER NOT NULL, form INTEGER NOT NULL, type TEXT NOT NULL, "
    "  publisher_id TEXT NOT NULL, data TEXT NOT NULL);"
    "CREATE INDEX events_by_topic ON events(topic);"
    "CREATE TABLE keys(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL, "
    "  time INTEGER NOT NULL);";

// Of the columns seq, time, form, topic, type, publisher_id, data.
inline EventRef event_of(const sqlite::Statement::Rows& row, std::string_view epoch) {
  Draft draft;
  draft.form = row.number(2) == 0 ? Form::text : Form::json;
  draft.topic = row.text(3);
  draft.type = row.text(4);
  draft.publisher_id = row.text(5);
  draft.data = row.text(6);
  const std::chrono::system_clock::time_point time{std::chrono::milliseconds(row.number(1))};
  return std::make_shared<const Event>(epoch, static_cast<std::uint64_t>(row.number(0)),
                                       std::move(draft), time);
}

}  // namespace sse::tables
