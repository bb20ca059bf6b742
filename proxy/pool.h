// Pool: several app servers that do the same work: which one is asked next, and which are left
// alone for a while. Knows nothing of requests.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <span>
#include <string>
#include <vector>

#include "proxy/address.h"
#include "server/net/loop.h"

namespace proxy {

class Pool {
 public:
  struct Member {
    Address address;
    std::size_t in_flight = 0;

    // ---- as the pool knows it
    bool failing = false;    // its last request found nobody, or its health check says so
    bool unhealthy = false;  // by its health check
    net::Clock::time_point rests_until = {};
    std::chrono::milliseconds rest{0};
  };
  struct Options {
    // After a failure a member is left alone for so long, twice as long after the next, as long as
    // there are others.
    std::chrono::milliseconds rest{1000};
    std::chrono::milliseconds longest_rest{30'000};
    // Told in a sentence when a member fails, and when it is back.
    std::function<void(const std::string&)> complain;
    std::function<void()> on_failure;  // a member has begun to fail
  };

  // `loop` must outlive the pool. At least one address.
  Pool(net::Loop& loop, std::vector<Address> addresses, Options options);

  // The least busy of those that are well and not in `tried`; if all rest, the one that has rested
  // longest. Null: there is none, or health checks have found none that works.
  Member* choose(std::span<Member* const> tried);
  // What became of a request to it: it was reached, or not.
  void reached(Member& member);
  void not_reached(Member& member, const std::string& reason);
  // What its health check has found.
  void checked_well(Member& member);
  void checked_unwell(Member& member, const std::string& reason);

  std::list<Member>& members() { return members_; }
  const std::list<Member>& members() const { return members_; }

 private:
  void begin_failing(Member& member, const std::string& reason);
  void end_failing(Member& member);

  net::Loop& loop_;
  Options options_;
  std::list<Member> members_;  // referred to by requests
  std::size_t turn_ = 0;
};

}  // namespace proxy
