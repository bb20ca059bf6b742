// The database of events as such: who may have it, whether it is ours and whole, and its tables.
// What is in them is EventFile's affair.
#pragma once

#include <cstdint>
#include <string>

#include "server/net/error.h"
#include "server/net/handle.h"
#include "sse/sqlite.h"

namespace sse {

// How far an event has come when its publisher hears of it.
enum class Sync : std::uint8_t {
  full,    // on the disk: a power cut loses nothing
  normal,  // with the system: the end of the process loses nothing, a power cut may
};

namespace event_database {

// All throw net::Error, in one sentence with the remedy.

// Another process writes it.
class InUse : public net::Error {
 public:
  using net::Error::Error;
};

// Held as long as the descriptor: two processes that number events in one file would break it. It
// is a file of its own, as SQLite loses its locks on the database when anybody closes a descriptor
// of it.
net::Fd lock(const std::string& file);
// For writing. Made with its tables if it is missing; checked if it is there.
sqlite::Database open(const std::string& file, Sync sync);
// What is to be said of a failure in opening or checking it.
net::Error unusable(const std::string& file, const sqlite::Failure& failure);

}  // namespace event_database
}  // namespace sse
