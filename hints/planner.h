// Planner: the plan of each page, kept until a file that it was made from changes. One per worker;
// bounded in entries and bytes, the longest unused goes first.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hints/plan_builder.h"
#include "server/net/loop.h"

namespace hints {

class Planner {
 public:
  struct Options {
    PlanBuilder::Options build;
    std::size_t plans = 1024;
    std::size_t bytes = 4 * 1024 * 1024;
    // A page's own version is looked at for every request, those of its assets this seldom.
    net::Clock::duration recheck = std::chrono::seconds(1);
  };

  // `site` and `loop` must outlive the planner.
  Planner(Site& site, net::Loop& loop, Options options);
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;

  // `path` as requested, without query. Null: not a page, and nothing is configured for it.
  std::shared_ptr<const Plan> plan(std::string_view path);

  std::size_t plans() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string key;
    std::string version;    // of the page
    std::string directory;  // that of the path it was built for
    bool relative;
    std::vector<PlanBuilder::Dependency> dependencies;
    net::Clock::time_point checked;
    std::size_t bytes;
    std::shared_ptr<const Plan> plan;
  };
  using Entries = std::list<Entry>;

  Entry* find(const std::string& key, std::string_view version);
  bool current(Entry& entry, std::string_view version);
  void keep(Entry entry);
  void drop(Entries::iterator entry);

  net::Loop& loop_;
  PlanBuilder builder_;
  Options options_;
  Entries entries_;                                                 // the latest used first
  std::unordered_map<std::string_view, Entries::iterator> by_key_;  // keys are those of the entries
  std::size_t bytes_ = 0;
};

}  // namespace hints
