// Complaints: what went wrong with connections, for the log, at most so many lines a second:
// whoever is thrown out and comes again must not fill a disk. For one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "server/net/loop.h"

namespace server {

class Complaints {
 public:
  static constexpr unsigned per_second = 20;

  // `sink` may be empty: then nothing is said.
  explicit Complaints(std::function<void(const std::string&)> sink) : sink_(std::move(sink)) {}

  // What is left out is counted, and the number said with the first line of a later second.
  void say(const std::string& what, net::Clock::time_point now);

 private:
  std::function<void(const std::string&)> sink_;
  net::Clock::time_point second_{};  // when the present one began
  unsigned said_ = 0;                // in it
  std::uint64_t left_out_ = 0;
};

}  // namespace server
