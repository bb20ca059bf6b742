// RouteHistory: what is remembered of one route: how long it thinks, whether it answers with the
// page, and what became of the assets that were told. Routes keeps a bounded number of them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hints/think_time.h"
#include "hints/usage.h"

namespace hints {

// Of one asset on one route.
struct AssetHistory {
  std::string target;
  std::size_t hash = 0;      // of the target
  std::uint64_t latest = 0;  // visit of the route that had it in its plan
  Usage usage;
  std::uint64_t told = 0;    // visits that were told of it and loaded assets at all
  std::uint64_t taken = 0;   // of them, those that asked for it or took its push
  std::uint64_t wasted = 0;  // bytes
};

struct RouteHistory {
  enum class Answer { page, other };  // the page includes the word that it has not changed
  // What visitors of one kind were answered: they may be shown another page, or none.
  struct Answers {
    ThinkTime think;
    bool shown = false;          // the page, at least once
    std::uint32_t not_page = 0;  // answers in a row that were something else
    void add(ThinkTime::Duration took, Answer answer);
  };
  enum class Visitor { anonymous, known };  // known: it sends a cookie or an authorization

  static constexpr std::size_t most_assets = 64;

  explicit RouteHistory(std::string_view route) : name(route) {}

  // Those of this kind of visitor; of anonymous ones as long as there are none.
  const Answers& answers(Visitor visitor) const;
  Answers& of(Visitor visitor) { return by_visitor[static_cast<std::size_t>(visitor)]; }
  // Null if it was never told, or is forgotten.
  const AssetHistory* find(std::string_view target) const;
  // Forgets the one that was planned longest ago if there are too many. Valid until the next call.
  AssetHistory& asset(std::string_view target);

  std::string name;
  std::array<Answers, 2> by_visitor;
  std::uint64_t visits = 0;
  std::uint64_t hints = 0;   // 103s
  std::uint64_t pushes = 0;  // promises
  std::uint64_t told = 0;    // the sums of the assets, those forgotten included
  std::uint64_t taken = 0;
  std::uint64_t wasted = 0;
  Share lately;  // of what was told, what was taken
  std::vector<AssetHistory> assets;
};

// The longest unused goes first.
class Routes {
 public:
  explicit Routes(std::size_t most) : most_(most) {}
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;

  // Null if it is not known. The pointers are valid until the next get().
  RouteHistory* find(std::string_view name);
  RouteHistory& get(std::string_view name);
  const std::list<RouteHistory>& all() const { return routes_; }  // the latest used first

 private:
  const std::size_t most_;
  std::list<RouteHistory> routes_;
  std::unordered_map<std::string_view, std::list<RouteHistory>::iterator> by_name_;
};

}  // namespace hints
