// Presence: who is subscribed to what, over all workers of the process. Tells of every coming and
// going by private events of the hub's own topics, and lists who is there. A poller is present as
// long as its lease, which each poll renews.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/loop.h"
#include "sse/grant.h"
#include "sse/sequencer.h"
#include "sse/topic_matcher.h"

namespace sse {

// One subscriber's one subscription.
struct Attending {
  std::string subscriber;  // "urn:uuid:...", new for each stream and each lease
  TopicMatcher wanted;
  std::string payload;  // JSON text from the token; empty: none
};

class Presence {
 public:
  struct Options {
    std::string hub_path = "/.well-known/mercure";
    std::size_t subscribers = 100'000;  // beyond, no one is told of or listed
  };
  // While it lives its subscriber is there. Destroyed on the thread of its loop.
  class Seat {
   public:
    Seat(Presence& home, net::Loop& loop, std::string subscriber)
        : home_(home), loop_(loop), subscriber_(std::move(subscriber)) {}
    ~Seat() { home_.leave(loop_, subscriber_); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    Presence& home_;
    net::Loop& loop_;
    const std::string subscriber_;
  };

  // `sequencer` outlives it.
  Presence(Sequencer& sequencer, Options options);

  // All from any thread; `loop` is the caller's. Null if there are too many already.
  std::unique_ptr<Seat> enter(net::Loop& loop, std::span<const TopicMatcher> wanted,
                              const Grant& grant);
  // A poll of `client`, any name that its polls have in common, until `until`.
  void renew(net::Loop& loop, const std::string& client, std::span<const TopicMatcher> wanted,
             const Grant& grant, net::Clock::time_point until);
  // Lets those go whose lease has ended.
  void expire(net::Loop& loop, net::Clock::time_point now);

  // Of so many subscribers at most, in the order of their names, behind that one; "": from the
  // first.
  std::vector<Attending> list(std::string_view behind = {},
                              std::size_t most = std::string_view::npos) const;
  // The hub is at another path from now on; whoever is there already goes under the new one.
  void move_to(std::string hub_path);
  std::string hub_path() const;

 private:
  struct Lease {
    std::string subscriber;
    net::Clock::time_point until;
  };
  std::string add(net::Loop& loop, std::span<const TopicMatcher> wanted, const Grant& grant);
  void leave(net::Loop& loop, const std::string& subscriber);
  void tell(net::Loop& loop, const std::vector<Attending>& who, bool active);

  Sequencer& sequencer_;
  const std::size_t most_subscribers_;
  mutable std::mutex mutex_;  // guards what follows
  std::string hub_path_;
  std::map<std::string, std::vector<Attending>, std::less<>> subscribers_;
  std::map<std::string, Lease, std::less<>> leases_;  // by client
};

}  // namespace sse
