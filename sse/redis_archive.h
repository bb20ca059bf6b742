// RedisArchive: what the log in Redis remembers, a page for each question. It lives on the loop of
// a RedisSequencer, which knows when Redis can be asked.
#pragma once

#include <functional>
#include <list>
#include <string>

#include "server/net/loop.h"
#include "sse/redis_link.h"
#include "sse/redis_scripts.h"
#include "sse/sequencer.h"

namespace sse {

class RedisArchive final : public Archive {
 public:
  // `link` gives null while nothing can be asked. All outlive it.
  RedisArchive(net::Loop& loop, const scripts::Keys& keys, std::function<RedisLink*()> link)
      : loop_(loop), keys_(keys), link_(std::move(link)) {}
  RedisArchive(const RedisArchive&) = delete;
  RedisArchive& operator=(const RedisArchive&) = delete;

  void read(Range range, net::Loop& home,
            std::function<void(std::variant<Past, Refused>)> done) override;
  // What was asked for `home` is never answered. On the loop's thread.
  void forget(const net::Loop& home);

 private:
  struct Reading {
    Range range;
    net::Loop* home;  // null: it has gone
    std::function<void(std::variant<Past, Refused>)> done;
  };
  using Readings = std::list<Reading>;
  void ask(Readings::iterator job);
  void answer(Readings::iterator job, std::optional<Past> past);

  net::Loop& loop_;
  const scripts::Keys& keys_;
  const std::function<RedisLink*()> link_;
  Readings readings_;
};

}  // namespace sse
