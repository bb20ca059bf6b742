// Crowd: opens many connections, some at a time, and keeps them. What they then do is its user's
// business.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "bench/load/connection.h"

namespace bench {

class Crowd final : private Connection::Owner {
 public:
  struct Options {
    std::uint32_t connections = 1;
    std::uint32_t at_once = 64;  // handshakes under way
  };
  // `joined` is called for each connection when it is open. A connection that fails ends the load:
  // `broken` gets the reason. All must outlive it.
  Crowd(net::Loop& loop, const Target& target, ClientTls& tls, Options options,
        std::function<void(Connection&)> joined, std::function<void(const std::string&)> broken);

  std::uint64_t wire_bytes() const;
  std::deque<Connection>& connections() { return connections_; }

 private:
  void opened(Connection& connection) override;
  void failed(Connection& connection, const std::string& why) override;
  void open_more();

  net::Loop& loop_;
  const Target& target_;
  ClientTls& tls_;
  const Options options_;
  std::function<void(Connection&)> joined_;
  std::function<void(const std::string&)> broken_;
  std::deque<Connection> connections_;
  std::uint32_t open_ = 0;
  net::Later open_later_;
};

}  // namespace bench
