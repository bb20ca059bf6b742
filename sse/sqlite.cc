#include "sse/sqlite.h"

#include <sqlite3.h>

#include <utility>

namespace sse::sqlite {
namespace {

[[noreturn]] void fail(sqlite3* db, int code) {
  throw Failure(db ? sqlite3_errmsg(db) : sqlite3_errstr(code), code & 0xFF);
}

}  // namespace

Database::Database(const std::string& file, Access access) {
  const int mode =
      access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(file.c_str(), &db_, mode | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    const Failure failure(db_ ? sqlite3_errmsg(db_) : sqlite3_errstr(code), code & 0xFF);
    sqlite3_close_v2(db_);
    throw failure;
  }
  // Somebody who looks into the file with a tool of his own holds a lock for a moment.
  sqlite3_busy_timeout(db_, 5000);
  // What SQLite puts aside stays in memory: it writes into no folder but the file's own.
  sqlite3_exec(db_, "PRAGMA temp_store = MEMORY", nullptr, nullptr, nullptr);
}

Database::Database(Database&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
Database::~Database() { sqlite3_close_v2(db_); }

void Database::run(const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(db_, code);
}

std::string Database::text(const std::string& sql) {
  Statement statement(*this, sql.c_str());
  Statement::Rows rows = statement.rows();
  return rows.next() ? std::string(rows.text(0)) : std::string();
}

std::int64_t Database::number(const std::string& sql) {
  Statement statement(*this, sql.c_str());
  Statement::Rows rows = statement.rows();
  return rows.next() ? rows.number(0) : 0;
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

Statement::Statement(Database& database, const char* sql) {
  const int code =
      sqlite3_prepare_v3(database.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (code != SQLITE_OK) fail(database.get(), code);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bind(int index, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, index, value);
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_), code);
}

void Statement::bind(int index, std::string_view value) {
  const int code = sqlite3_bind_text64(statement_, index, value.data() ? value.data() : "",
                                       value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_), code);
}

Statement::Rows::~Rows() { sqlite3_reset(statement_); }

bool Statement::Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(sqlite3_db_handle(statement_), code);
  return false;
}

std::int64_t Statement::Rows::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::Rows::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (!text) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace sse::sqlite
