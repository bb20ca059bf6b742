// RateLimit: so many a second for each client, in bursts up to so many: a token bucket for each. On
// one worker's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/http/message.h"
#include "server/net/loop.h"
#include "sse/grant.h"

namespace sse {

class RateLimit {
 public:
  struct Options {
    double per_second = 0;         // 0: no limit
    double burst = 0;              // 0: what a second gives, and one at least
    std::size_t clients = 10'000;  // that are remembered; who was seen longest ago is forgotten
  };
  explicit RateLimit(Options options);

  bool limited() const { return options_.per_second > 0; }
  // Takes `count` of what `client` may still do, and says how long it must wait if that is too
  // much. Zero: it may.
  std::chrono::milliseconds take(std::string_view client, std::size_t count,
                                 net::Clock::time_point now);

 private:
  struct Bucket {
    std::string client;
    double left;
    net::Clock::time_point filled;
  };
  const Options options_;
  std::list<Bucket> buckets_;  // seen longest ago first
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_client_;
};

// Whom to count: the bearer of a token, else net::client_network(). A token that nobody has
// verified is no name: whoever made it up can make up more.
std::string client_of(const http::Request& request, const Grant& grant);

}  // namespace sse
