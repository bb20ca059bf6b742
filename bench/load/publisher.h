// Publisher: publishes numbered messages over a connection of its own, and counts what was refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/connection.h"

namespace bench {

class Publisher final : private Connection::Owner {
 public:
  struct Options {
    std::string path = "/send";
    // What goes around the message: {"topic":"bench","message":"..."} for JSON.
    std::string type = "application/json";
    std::string before = R"({"topic":"bench","message":")";
    std::string after = R"("})";
    std::size_t size = 100;  // bytes of a message
  };

  // `ready` when it can publish. All must outlive it.
  Publisher(net::Loop& loop, const Target& target, ClientTls& tls, Options options,
            std::function<void()> ready, std::function<void(const std::string&)> broken);
  ~Publisher();

  void publish();
  std::uint32_t published() const { return published_; }  // also the next message's number
  std::uint32_t refused() const { return refused_; }      // answered other than 2xx

 private:
  class Post;
  void opened(Connection& connection) override;
  void failed(Connection& connection, const std::string& why) override;

  const Options options_;
  std::function<void()> ready_;
  std::function<void(const std::string&)> broken_;
  std::deque<Post> posts_;
  std::vector<Post*> idle_;
  Connection connection_;
  std::uint32_t published_ = 0;
  std::uint32_t refused_ = 0;
};

// Nanoseconds of the steady clock, as in a Mark.
std::uint64_t nanoseconds_now();

}  // namespace bench
