// EventStreamBody: a subscription as text/event-stream. It copies shared blocks into the reader's
// buffer when there is room, and keeps at most one event of its own: the one that is cut in two.
// There are a million of them that wait: what only some need, or only while they speak, is apart.
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
    net::Clock::time_point until;  // of the loop's clock: before, the client is asked to come back
    Rights rights;
    Ids ids = Ids::hub;
    std::unique_ptr<Presence::Seat> seat = nullptr;  // held as long as the stream; null: none
  };

  // Replica and audience outlive the body.
  EventStreamBody(Audience::Place place, Replica& replica, std::span<const TopicMatcher> topics,
                  const Resume& from, Terms terms);

  http::Read read(std::span<std::byte> into, http::Waker& later) override;

 private:
  void news() override;
  void rouse() override;
  std::uint64_t behind() const override { return subscription_.behind(); }
  // What has been begun and did not fit, or is not an event: words of the stream's own.
  struct Speech {
    std::string note;
    std::string_view text;  // of note or an event: to be sent before anything else
    std::string_view rest;  // of the same event: to be sent behind that
    EventRef event;         // lest it be dropped meanwhile
  };
  // When the grant ends.
  struct End {
    End(EventStreamBody& body, net::Loop& loop, net::Clock::time_point when)
        : at(when), alarm(loop, [&body] { body.rouse(); }) {
      alarm.start(at - loop.now());
    }
    const net::Clock::time_point at;
    net::Timer alarm;
  };

  void wake();
  std::size_t go_on(std::span<std::byte> into);
  std::size_t give(const EventRef& event, std::span<std::byte> into);
  bool over() const;
  void leave();
  void checkpoint();
  void say(std::string_view words);
  void tell(const Gap& gap);

  Audience& audience() const { return place_.audience(); }

  const Audience::Place place_;
  Subscription subscription_;
  std::unique_ptr<End> end_;  // null: never
  http::Waker* later_ = nullptr;
  std::unique_ptr<Speech> unsaid_;  // null: nothing
  const std::unique_ptr<Presence::Seat> seat_;
  bool checkpoint_due_;
  const Ids ids_;
  bool ended_ = false;
};

}  // namespace sse
