// EventStreamBody: a subscription as text/event-stream. It copies shared blocks into the reader's
// buffer when there is room, and keeps at most one event of its own: the one that is cut in two.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/http/body.h"
#include "sse/audience.h"
#include "sse/presence.h"
#include "sse/subscription.h"

namespace sse {

class EventStreamBody final : public http::Body,
                              private Subscription::Reader,
                              private Audience::Member {
 public:
  // How an event is named to the reader: by the hub, or as Mercure has it, by its publisher if
  // that gave it an id, else by the hub as a fragment: "#<id>".
  enum class Ids : std::uint8_t { hub, mercure };
  struct Terms {
    std::uint64_t connection = 0;
    net::Clock::time_point until;  // of the loop's clock: before, the client is asked to come back
    Rights rights;
    Ids ids = Ids::hub;
    std::unique_ptr<Presence::Seat> seat = nullptr;  // held as long as the stream; null: none
  };

  // The caller has entered `audience` for the connection; the body leaves it. Replica and audience
  // outlive the body.
  EventStreamBody(Audience& audience, Replica& replica, std::span<const TopicMatcher> topics,
                  const Resume& from, Terms terms);
  ~EventStreamBody() override;

  http::Read read(std::span<std::byte> into, http::Waker& later) override;

 private:
  void news() override;
  void rouse() override;
  std::uint64_t behind() const override { return subscription_.behind(); }
  void wake();
  bool prepare();
  void present(const Event& event);
  void checkpoint();
  void say(std::string text);
  void tell(const Gap& gap);

  Audience& audience_;
  Replica& replica_;
  Subscription subscription_;
  const std::uint64_t connection_;
  const net::Clock::time_point until_;
  std::unique_ptr<net::Timer> end_;  // at `until_`; null: never
  http::Waker* later_ = nullptr;
  std::string_view pending_;  // of note_ or an event: to be sent before anything else
  std::string_view rest_;     // of the same event: to be sent behind that
  std::string note_;
  const EventRef* source_ = nullptr;  // the pending event, in its topic; within one read only
  EventRef kept_;  // the event that is pending when a read ends, lest it be dropped meanwhile
  bool checkpoint_due_;
  const std::unique_ptr<Presence::Seat> seat_;
  const Ids ids_;
  bool ended_ = false;
};

}  // namespace sse
