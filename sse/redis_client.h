// RedisClient: one connection to a Redis, over hiredis, on our loop: connecting, signing in, and
// commands in a pipeline, each with a deadline. It does not connect again by itself. On the loop's
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/net/loop.h"
#include "sse/redis_address.h"

struct redisAsyncContext;

namespace sse {

struct RedisReply {
  enum class Kind {
    nothing,  // nil
    text,     // a bulk string or a status
    number,
    list,
    error,  // Redis refused; `text` says why
    lost,   // the connection broke: whether the command was executed is not known
  };
  Kind kind = Kind::nothing;
  std::string text;
  std::int64_t integer = 0;
  std::vector<RedisReply> items;

  bool failed() const { return kind == Kind::error || kind == Kind::lost; }
};

class RedisClient {
 public:
  struct Options {
    RedisAddress address;
    std::chrono::milliseconds timeout{2000};  // of connecting, and of each reply
  };
  enum class Ending {
    away,     // it cannot be reached, does not answer, or is not ready yet
    refused,  // it answers, and will not have us: a password, a right, a database
  };
  class Owner {
   public:
    // Connected and signed in.
    virtual void redis_ready() = 0;
    // The connection is over; pending commands have been answered as lost. It may be connected
    // again, but not before this returns.
    virtual void redis_closed(Ending ending, const std::string& reason) = 0;

   protected:
    ~Owner() = default;
  };
  using Done = std::function<void(const RedisReply&)>;

  // All outlive it.
  RedisClient(net::Loop& loop, Options options, Owner& owner);
  // Says nothing to its owner; pending commands are dropped.
  ~RedisClient();
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  // To one place of the address. Only when there is no connection.
  void connect(const RedisAddress::Place& place);
  bool ready() const { return ready_; }
  // `done` is called once, in the order of the commands; not inside of this call. `longer`: what
  // the command itself may wait for, besides the time-out. Only when ready.
  void command(const std::vector<std::string>& words, Done done,
               std::chrono::milliseconds longer = {});
  // Ends the connection, if there is one, and tells the owner.
  void close(const std::string& reason);

 private:
  struct Hooks;  // what hiredis calls back
  struct Pending {
    Done done;
    net::Clock::time_point due;
  };
  void sign_in();
  void expect(const RedisReply& reply);
  void fail(Ending ending, const std::string& reason);
  void fail_soon(const std::string& reason);
  void answer(const RedisReply& reply);
  void watch_deadlines();
  void overdue();

  net::Loop& loop_;
  const Options options_;
  Owner& owner_;
  redisAsyncContext* context_ = nullptr;
  std::unique_ptr<net::Watch> watch_;
  std::deque<Pending> pending_;
  net::Timer deadline_;
  bool connected_ = false;
  bool ready_ = false;
  Ending refusal_ = Ending::away;      // what close() is to say
  std::optional<std::string> failed_;  // to be told on the next turn
};

}  // namespace sse
