// Gathering: how a view that is new gets the events of the topics that its pattern matches, in
// pieces, while the history goes on. First each topic is compared with the pattern, and the newest
// event of one that matches put into a heap; then they are taken, newest first, each followed in
// the heap by the one before it in its topic, until the view could keep no more; then it is put
// into the view, oldest first, and behind it what has come meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sse/event.h"
#include "sse/topic.h"

namespace sse {

class Gathering {
 public:
  // `view` outlives it; it can keep so many events and bytes. `lost`: of topics that are not here
  // any more.
  Gathering(Topic& view, std::size_t events, std::size_t bytes, std::uint64_t lost);

  Topic& view() const { return view_; }
  std::uint64_t lost() const { return lost_; }

  // ---- while topics are compared, in the order of their names
  bool comparing() const { return comparing_; }
  // None: not begun.
  const std::optional<std::string>& reached() const { return reached_; }
  void reach(std::string_view name) { reached_ = name; }
  // Whether a topic of that name will be come to yet.
  bool ahead(std::string_view name) const { return comparing_ && (!reached_ || name > *reached_); }
  // It matches; what it gets from now on is given to late(), and what it has is taken from it. One
  // that is new while it is ahead() has not been given the view.
  void link(Topic& topic);
  // All have been compared.
  void compared();

  // ---- then
  // An event that the view will have. False: there is none any more.
  bool take();
  // What is next to be put into the view, until none is left: null.
  EventRef next();

  // ---- at any time
  void late(const EventRef& event) { late_.push_back(event); }
  // The topic is about to go.
  void forget(const Topic& topic);
  // What there was is of the past: it begins anew.
  void restart(std::uint64_t lost);

 private:
  // The newest event of a topic that has not been taken; without a topic: of late_.
  struct Head {
    std::uint64_t seq;
    std::uint64_t position;
    Topic* topic;
    friend bool operator<(const Head& a, const Head& b) { return a.seq < b.seq; }
  };
  void add_head(Topic* topic, std::uint64_t end);

  Topic& view_;
  const std::size_t most_events_;
  const std::size_t most_bytes_;
  std::uint64_t lost_;
  bool comparing_ = true;
  bool anew_ = false;  // it has met topics before
  std::optional<std::string> reached_;
  std::vector<Head> heads_;       // a heap
  std::vector<EventRef> taken_;   // newest first
  std::size_t bytes_ = 0;         // of these
  std::deque<EventRef> passing_;  // came while topics were compared; some are in no topic
  std::deque<EventRef> late_;     // came since
};

}  // namespace sse
