// Visits: the pages that were shown a moment ago, each with what it was told of and what its
// connection has asked for since. One visit for each connection, and a bounded number in all.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hints/plan.h"
#include "hints/usage.h"
#include "server/net/loop.h"

namespace hints {

struct Visit {
  struct Asset {
    Usage::Told told = Usage::Told::no;
    bool asked = false;  // or taken as a push
  };
  std::uint64_t connection = 0;
  std::uint64_t number = 0;  // of the visit
  std::string route = {};
  net::Clock::time_point began = {};
  std::shared_ptr<const Plan> plan = {};
  std::vector<Asset> assets = {};  // one for each item of the plan
  bool shown = false;              // the answer was the page
  bool loads = false;              // the connection has asked for an asset of whatever kind

  // The place of a target in the plan; none if it is not there.
  std::optional<std::size_t> find(std::string_view target) const;
};

class Visits {
 public:
  struct Options {
    net::Clock::duration window = std::chrono::seconds(10);  // what comes later is of another cause
    std::size_t most = 1024;
  };
  // `settle` is given each visit once, when it is over: by time, by the next one of the same
  // connection, or because there are too many.
  Visits(net::Loop& loop, Options options, std::function<void(const Visit&)> settle);
  Visits(const Visits&) = delete;
  Visits& operator=(const Visits&) = delete;

  // Its number is set.
  Visit& open(Visit visit);
  // Null if it is over.
  Visit* of_connection(std::uint64_t connection);
  Visit* find(std::uint64_t connection, std::uint64_t number);
  // Settles what is over by now.
  void sweep();
  std::size_t size() const { return open_.size(); }

 private:
  void close(std::list<Visit>::iterator visit);

  net::Loop& loop_;
  const Options options_;
  const std::function<void(const Visit&)> settle_;
  std::list<Visit> open_;  // the oldest first
  std::unordered_map<std::uint64_t, std::list<Visit>::iterator> by_connection_;
  std::uint64_t number_ = 0;
};

}  // namespace hints
