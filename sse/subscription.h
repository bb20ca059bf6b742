// Subscription: a cursor over one or more topics, which gives their events in the one total order.
// It holds no events: a reader however slow costs the same, and learns what it has missed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sse/replica.h"
#include "sse/topic.h"

namespace sse {

// Told to a reader whose history has a hole. The reasons: "expired" (older than what is kept),
// "epoch" (of another history), "malformed" (no id of ours), "ahead" (of an event that does not
// exist yet), "slow" (this very reader fell behind what is kept).
struct Gap {
  std::string requested;  // as the reader gave it
  std::string resumed;    // id of the first event that follows, or of the newest there is
  std::string earliest;   // id of the oldest event kept of these topics; empty: none is
  std::string_view reason;

  std::string json() const;
};

// Where a reader begins.
struct Resume {
  std::uint64_t after = 0;
  std::optional<Gap> gap;
};

// `requested`: the last id that the reader has seen; none: from now on. `newest`: see Sequencer.
// After every kind of gap it goes on from the oldest event kept: told twice is better than not
// told.
Resume resume(const Replica& replica, std::uint64_t newest, std::span<const std::string> topics,
              std::optional<std::string_view> requested);

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

  // There must be room (Replica::has_room); `topics` without repeats. Both outlive the
  // subscription.
  Subscription(Replica& replica, Reader& reader, std::span<const std::string> topics,
               std::uint64_t after);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // Steps over what is not there any more. Call it before next().
  std::optional<Gap> missed();
  // The next event, which take() steps over; null if there is none yet. Valid until the loop's turn
  // ends.
  const EventRef* next();
  void take();
  // Everything up to this seq has been given, or is of other topics. Valid when next() is null.
  std::uint64_t caught_up() const;

  void wait();

 private:
  struct Place final : Waiter {
    void woken() override { owner->woken(); }
    Subscription* owner = nullptr;
    Topic* topic = nullptr;
    std::uint64_t position = 0;
  };
  void woken();
  std::optional<Gap> missed_in_new_history();

  Replica& replica_;
  Reader& reader_;
  std::vector<Place> places_;  // never resized: the topics know their addresses
  Place* next_ = nullptr;
  std::uint64_t after_;
  std::uint32_t generation_;
};

}  // namespace sse
