// Topic: the bounded log of one name, or of all names of a pattern (a view), and who waits for more
// of it. A reader is a position in the log; what is dropped when, and who reads, is the replica's
// and the subscription's affair.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/net/chain.h"
#include "server/net/loop.h"
#include "sse/event.h"
#include "sse/parsed_topic.h"
#include "sse/retention.h"
#include "sse/topic_matcher.h"

namespace sse {

class Gathering;

// Someone who is to be told once that a topic has more.
class Waiter : public net::Link {
 public:
  // The waiter is in no chain any more, and may be destroyed or wait again.
  virtual void woken() = 0;

 protected:
  ~Waiter() = default;
};

// On one worker's thread.
class Topic {
 public:
  // `lost`: events of this name up to that seq may have existed and are not here. `shelf`: which of
  // the replica's it counts to.
  Topic(std::string name, std::uint64_t lost, std::size_t shelf, Policy policy)
      : name_(std::move(name)),
        shelf_(shelf),
        policy_(policy),
        form_(form_of(name_)),
        lost_(lost) {}
  // A view. `pattern` outlives it.
  Topic(const TopicMatcher* pattern, std::uint64_t lost, std::size_t shelf)
      : name_(pattern->text()), pattern_(pattern), shelf_(shelf), lost_(lost) {}
  Topic(const Topic&) = delete;
  Topic& operator=(const Topic&) = delete;

  const std::string& name() const { return name_; }  // of a view: the pattern's text
  // For comparing it with patterns; not of a view.
  ParsedTopic parsed() const { return {name_, form_}; }
  bool is_view() const { return pattern_ != nullptr; }
  const TopicMatcher* pattern() const { return pattern_; }  // of a view; else null
  TopicMatcher matcher() const { return pattern_ ? *pattern_ : TopicMatcher::exact(name_); }
  std::size_t shelf() const { return shelf_; }
  Policy policy() const { return policy_; }
  std::uint64_t lost() const { return lost_; }
  std::size_t bytes() const { return bytes_; }
  bool empty() const { return log_.empty(); }
  bool has_public() const { return public_ > 0; }   // an event that is not private
  std::uint64_t newest() const { return newest_; }  // seq of the last event ever appended

  // Positions count this topic's own events and are never used again. [first, end) are here.
  std::uint64_t first() const { return first_; }
  std::uint64_t end() const { return end_; }
  const EventRef& at(std::uint64_t position) const { return log_[position - first_].event; }
  // Position of the first event here whose seq is greater than `seq`.
  std::uint64_t after(std::uint64_t seq) const;

  // Policy::conflate: whether a newer event has the same key, which is the publisher's id of it. It
  // must be one that whoever may read `event` may read: a private event stands for private ones of
  // the same topics alone.
  bool superseded(const Event& event) const {
    return policy_ == Policy::conflate && has_newer(event);
  }

  void append(EventRef event, net::Clock::time_point expires);
  // Of the oldest event here; there must be one.
  net::Clock::time_point first_expires() const { return log_.front().expires; }
  // Drops the oldest; there must be one.
  void drop_first();
  // Events up to that seq may be missing as well.
  void miss(std::uint64_t seq) { lost_ = std::max(lost_, seq); }
  // Drops all; what comes next is of another history, in which `lost` has been missed.
  void restart(std::uint64_t lost);

  void wait(Waiter& waiter) { waiters_.push_back(waiter); }
  // Wakes each that waits now, once.
  void wake();

  // The views that take the events of this name as well, found once for each name and pattern.
  std::vector<Topic*> views;
  std::uint32_t readers = 0;  // subscriptions that keep a position here
  bool touched = false;       // has events that nobody has been woken for
  // Of a view: what fills it, while it is new; null: it has what it should have.
  Gathering* gathering = nullptr;
  bool forgotten = false;  // a view that takes nothing any more, and is about to go

 private:
  bool has_newer(const Event& event) const;
  bool has_newer(const std::string& key, std::uint64_t seq) const;

  // Every reader of every event comes by: a power of two saves the deque a division.
  struct alignas(32) Held {
    EventRef event;
    net::Clock::time_point expires;
  };
  std::string name_;
  std::deque<Held> log_;
  std::uint64_t first_ = 0;
  std::uint64_t end_ = 0;  // first_ + log_.size()
  const TopicMatcher* pattern_ = nullptr;
  std::size_t shelf_;
  Policy policy_ = Policy::gap;
  TopicForm form_ = TopicForm::other;
  // By key, those of private events with their topics; Policy::conflate only.
  std::unordered_map<std::string, std::uint64_t> newest_of_;
  std::uint64_t lost_;
  std::uint64_t newest_ = 0;
  std::size_t bytes_ = 0;
  std::size_t public_ = 0;  // events here that are not private
  net::Chain<Waiter> waiters_;
};

// By their names.
using Topics = std::map<std::string, Topic, std::less<>>;

}  // namespace sse
