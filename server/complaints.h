// Complaints: what went wrong with connections, for the log, at most so many lines a second:
// whoever is thrown out and comes again must not fill a disk. On one loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "server/net/loop.h"

namespace server {

class Complaints {
 public:
  static constexpr unsigned per_second = 20;

  // `sink` may be empty: then nothing is said. `loop` must outlive this.
  Complaints(net::Loop& loop, std::function<void(const std::string&)> sink);

  // What is beyond the number is counted, and told of in one line, with the last of it, when the
  // second is over.
  void say(const std::string& what);

 private:
  void end_second();

  std::function<void(const std::string&)> sink_;
  net::Timer second_;  // runs while there was something to say in it
  unsigned said_ = 0;  // in it
  std::uint64_t left_out_ = 0;
  std::string last_left_out_;
};

}  // namespace server
