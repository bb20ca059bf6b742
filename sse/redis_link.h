// RedisLink: a node's two connections to the primary, one for commands and one for the command that
// waits; both or none. Connects again by itself, to each place of the address in turn. On the
// loop's thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "server/net/loop.h"
#include "sse/jitter.h"
#include "sse/redis_client.h"

namespace sse {

class RedisLink {
 public:
  class Owner {
   public:
    virtual void link_ready() = 0;
    // All that was pending has been answered as lost.
    virtual void link_lost(RedisClient::Ending ending, const std::string& reason) = 0;

   protected:
    ~Owner() = default;
  };

  // All outlive it. Begins to connect.
  RedisLink(net::Loop& loop, RedisClient::Options options, Owner& owner);
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;

  bool ready() const { return ready_; }
  // Where it is connected, or tries to connect.
  std::string place() const { return options_.address.places[place_].print(); }

  // Both only when ready. See RedisClient::command.
  void command(const std::vector<std::string>& words, RedisClient::Done done);
  void wait(const std::vector<std::string>& words, std::chrono::milliseconds at_most,
            RedisClient::Done done);
  // Begins anew.
  void drop(const std::string& reason);

 private:
  // Tells the link which of the two it was.
  struct End final : RedisClient::Owner {
    End(RedisLink& owner, net::Loop& loop, const RedisClient::Options& options)
        : link(owner), client(loop, options, *this) {}
    void redis_ready() override { link.end_ready(); }
    void redis_closed(RedisClient::Ending ending, const std::string& reason) override {
      link.end_closed(ending, reason);
    }
    RedisLink& link;
    RedisClient client;
  };
  void connect();
  void end_ready();
  void end_closed(RedisClient::Ending ending, const std::string& reason);

  const RedisClient::Options options_;
  Owner& owner_;
  End commands_;
  End waiting_;
  net::Timer again_;
  Jitter jitter_;
  std::size_t place_ = 0;
  std::chrono::milliseconds pause_;
  bool ready_ = false;
  bool closing_ = false;  // the other of the two is being closed because of the first
};

}  // namespace sse
