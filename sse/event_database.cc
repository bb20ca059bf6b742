#include "sse/event_database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sse/event_tables.h"
#include "sse/memory_sequencer.h"

namespace sse::event_database {
namespace {

void make_tables(sqlite::Database& db) {
  db.run("BEGIN");
  db.run(tables::schema);
  db.run(
      "INSERT INTO history(epoch, newest, bytes, forgotten, last_time, boot, at_risk) "
      "VALUES('" +
      random_epoch() + "', 0, 0, 0, 0, '', 0)");
  db.run("PRAGMA application_id = " + std::to_string(tables::application) +
         "; PRAGMA user_version = " + std::to_string(tables::version));
  db.run("COMMIT");
}

void check(sqlite::Database& db, const std::string& file) {
  if (db.number("PRAGMA user_version") != tables::version) {
    throw net::Error(file + " was made by a newer herald: run that one, or name another store");
  }
  const std::string found = db.text("PRAGMA quick_check(1)");
  if (found != "ok") throw sqlite::Failure(found, SQLITE_CORRUPT);
}

std::string sentence_of(const std::string& file, const sqlite::Failure& failure) {
  switch (failure.code()) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return file + " is damaged (" + failure.what() +
             "): move it away and a new history begins, or save what it holds with "
             "\"sqlite3 FILE .recover\"";
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return file + " cannot be written (" + failure.what() +
             "): the file and its folder must belong to the user who runs herald";
    default:
      return "the events' store " + file + " cannot be used: " + failure.what();
  }
}

}  // namespace

net::Fd lock(const std::string& file) {
  const std::string name = file + ".lock";
  net::Fd lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) {
    throw net::SystemError("the events' store cannot be kept in " + file +
                           ": its folder must exist and be writable");
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) throw net::SystemError("cannot lock " + name);
  throw InUse(file + " is in use by another process: stop it, or name another store");
}

sqlite::Database open(const std::string& file, Sync sync) try {
  sqlite::Database db(file, sqlite::Access::write);
  db.run("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864;");
  db.run(sync == Sync::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  const std::int64_t program = db.number("PRAGMA application_id");
  if (program == tables::application) {
    check(db, file);
  } else if (program != 0 || db.number("SELECT count(*) FROM sqlite_schema") != 0) {
    throw net::Error(file + " is a database of another program: name another store");
  } else {
    make_tables(db);
  }
  db.run(tables::later_indexes);
  return db;
} catch (const sqlite::Failure& failure) {
  throw unusable(file, failure);
}

net::Error unusable(const std::string& file, const sqlite::Failure& failure) {
  net::Error error(sentence_of(file, failure));
  return error;
}

}  // namespace sse::event_database
