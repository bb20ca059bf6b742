// RedisStore: a Redis, and a replica of it if wanted, that a proof starts and treats badly.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "prove/process.h"

namespace prove {

// A port that was free a moment ago.
std::uint16_t free_port();

class RedisStore {
 public:
  enum class Disk { none, everything };  // what a restart finds
  enum class Copies { one, two };

  // In `folder`, which must exist. Throws net::Error.
  RedisStore(const std::string& program, const std::string& folder, Disk disk, Copies copies);

  // Of the first, and of its copy if there is one.
  std::vector<std::uint16_t> ports() const;
  Process& primary() { return *primary_one().process; }
  void restart_primary();
  void flush();
  void cut_clients();
  // The primary is killed, its copy takes over, and it comes back as the copy. Only with two.
  void fail_over();
  bool has_copy() const { return second_.process != nullptr; }

 private:
  struct One {
    std::vector<std::string> words;  // without those that make it a copy
    std::uint16_t port;
    std::unique_ptr<Process> process;
  };
  One make(const std::string& program, const std::string& folder, Disk disk);
  static void start(One& one, const One* primary);
  One& primary_one() { return first_is_primary_ ? first_ : second_; }
  One& copy_one() { return first_is_primary_ ? second_ : first_; }

  One first_;
  One second_;  // without a process: there is none
  bool first_is_primary_ = true;
};

}  // namespace prove
