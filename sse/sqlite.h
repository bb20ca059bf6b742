// sqlite: owners of what SQLite's C library hands out, and its errors as exceptions. Nothing of
// events. Each object is for one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/net/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sse::sqlite {

class Failure final : public net::Error {
 public:
  Failure(const std::string& what, int code) : Error(what), code_(code) {}
  int code() const { return code_; }  // SQLITE_FULL, ...

 private:
  int code_;
};

enum class Access { read, write };

class Database {
 public:
  // With Access::write the file is made if it is missing. Throws Failure.
  Database(const std::string& file, Access access);
  Database(Database&&) noexcept;
  ~Database();

  // One or more statements whose rows nobody wants.
  void run(const std::string& sql);
  std::string text(const std::string& sql);  // the first column of the first row; empty: none
  std::int64_t number(const std::string& sql);
  bool in_transaction() const;
  sqlite3* get() const { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

// A statement that has been compiled. Its database outlives it.
class Statement {
 public:
  // The rows of one execution. Ends it when it goes.
  class Rows {
   public:
    explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
    ~Rows();
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    bool next();  // throws Failure
    std::int64_t number(int column) const;
    std::string_view text(int column) const;  // valid until next()

   private:
    sqlite3_stmt* statement_;
  };

  Statement(Database& database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binds ?1, ?2, ... Texts must live until the rows have gone.
  template <typename... Values>
  Rows rows(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return Rows(statement_);
  }
  // For those that give no rows.
  template <typename... Values>
  void run(const Values&... values) {
    Rows executed = rows(values...);
    while (executed.next()) {
    }
  }

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view value);
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace sse::sqlite
