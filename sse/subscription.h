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
  // How many topics and patterns it reads.
  std::size_t breadth() const { return count_; }
  // What next() has cost since the last wait(): how often a log was looked at, each time in another
  // place of memory. Of a subscription to a few topics, where it is next to nothing: 0.
  std::size_t looks() const { return heads_ ? heads_->looks : 0; }
  // After so many, others should have their turns.
  static constexpr std::size_t looks_together = 2048;
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
  // What is next of each place, lest each of many topics be asked for it before every event.
  struct Heads {
    std::uint64_t revision = 0;       // of the replica, when all of this was true
    std::vector<std::uint64_t> seqs;  // 0: to be found; the largest number: there is none
    std::size_t looks = 0;
  };
  std::span<Place> places() { return {places_.get(), count_}; }
  std::span<const Place> places() const { return {places_.get(), count_}; }
  void woken();
  bool passes(const Topic& topic, const Event& event) const;
  std::uint64_t find_head(Place& place);
  const EventRef* next_of_many();
  std::optional<Gap> missed_in_new_history();
  void catch_up(std::string requested);
  void go_live();

  Replica& replica_;
  Reader& reader_;
  std::unique_ptr<Place[]> places_;  // stay where they are: the topics know their addresses
  std::uint32_t count_;              // of these
  std::uint32_t generation_;
  Rights rights_;
  Place* next_ = nullptr;
  std::uint64_t after_;
  bool ended_ = false;
  std::unique_ptr<CatchUp> catch_up_;  // null: the replica has all that follows
  std::unique_ptr<Heads> heads_;       // of a reader with many places that does not wait
};

}  // namespace sse
