// Subscription: a cursor over one or more topics, which gives their events in the one total order.
// It holds no events: a reader however slow costs the same, and learns what it has missed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sse/catch_up.h"
#include "sse/gap.h"
#include "sse/replica.h"
#include "sse/topic.h"
#include "sse/topic_matcher.h"

namespace sse {

// Which private events a reader may have: those with a topic that one of these matches.
using Rights = std::shared_ptr<const Matchers>;

// Where a reader begins.
struct Resume {
  std::uint64_t after = 0;
  std::optional<Gap> gap = std::nullopt;
  // The archive is to be asked what follows this id: the replica cannot tell.
  std::optional<std::string> ask = std::nullopt;
};

// `requested`: the last id that the reader has seen, which may be one that a publisher gave;
// "earliest": from the oldest event kept; none: from now on. `newest`: see Sequencer. After every
// kind of gap it goes on from the oldest event kept: told twice is better than not told.
// The hub's own events, all of which are private, are missed only by who has `rights`.
Resume resume(Replica& replica, std::uint64_t newest, std::span<const TopicMatcher> topics,
              std::optional<std::string_view> requested, const Rights& rights = nullptr);

bool may_read(const Rights& rights, const Event& event);

class Subscription {
 public:
  // To be told once, on the worker's thread, that next() may have something. May destroy or read
  // the subscription.
  class Reader {
   public:
    virtual void news() = 0;

   protected:
    ~Reader() = default;
  };

  // There must be room (Replica::has_room); `topics` without repeats. Replica and reader outlive
  // the subscription. `rights`: null for none.
  Subscription(Replica& replica, Reader& reader, std::span<const TopicMatcher> topics,
               const Resume& from, Rights rights = nullptr);
  // Goes on where `before` stands, for another reader. `before` may only be destroyed.
  Subscription(Subscription&& before, Reader& reader);
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  const Replica& replica() const { return replica_; }

  // Steps over what is not there any more. Call it before next().
  std::optional<Gap> missed();
  // The next event, which take() steps over; null if there is none yet. Valid until the next call
  // or the end of the loop's turn.
  const EventRef* next();
  void take();
  // The id up to which everything has been given, or is of other topics. Valid when next() is null.
  std::string reached() const;
  // Whether missed() has found it behind on a topic whose policy is to end such readers.
  bool ended() const { return ended_; }
  // Events that next() has yet to give, at most: some may be another's to read.
  std::uint64_t behind() const;
  // Whether there is more in the archive, which next() will give when it has arrived.
  bool catching_up() const { return catch_up_ != nullptr; }
  // Whether the replica's checkpoint holds for this reader: it knows no more and no less.
  bool at_tail() const { return !catch_up_ && after_ <= replica_.tail(); }

  void wait();

 private:
  struct Place final : Waiter {
    ~Place() {
      unlink();
      if (topic) owner->replica_.leave(*topic);
    }
    void woken() override { owner->woken(); }
    Subscription* owner = nullptr;
    Topic* topic = nullptr;  // null: not joined yet
    std::uint64_t position = 0;
  };
  void woken();
  bool passes(const Topic& topic, const Event& event) const;
  std::optional<Gap> missed_in_new_history();
  void catch_up(std::string requested);
  void go_live();

  Replica& replica_;
  Reader& reader_;
  std::vector<Place> places_;  // never resized: the topics know their addresses
  Rights rights_;
  Place* next_ = nullptr;
  std::uint64_t after_;
  std::uint32_t generation_;
  bool ended_ = false;
  std::unique_ptr<CatchUp> catch_up_;  // null: the replica has all that follows
};

}  // namespace sse
