// EventStreamBody: a subscription as text/event-stream. It copies shared blocks into the reader's
// buffer when there is room, and keeps at most one event of its own: the one that is cut in two.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/http/body.h"
#include "sse/audience.h"
#include "sse/subscription.h"

namespace sse {

class EventStreamBody final : public http::Body,
                              private Subscription::Reader,
                              private Audience::Idler {
 public:
  // The caller has entered `audience` for `connection`; the body leaves it. At `until` (of the
  // loop's clock) the client is asked to come back. Replica and audience outlive the body.
  EventStreamBody(Audience& audience, Replica& replica, std::span<const std::string> topics,
                  const Resume& from, std::uint64_t connection, net::Clock::time_point until);
  ~EventStreamBody() override;

  http::Read read(std::span<std::byte> into, http::Waker& later) override;

 private:
  void news() override;
  void rouse() override;
  void wake();
  bool prepare();
  void say(std::string text);
  void tell(const Gap& gap);

  Audience& audience_;
  Replica& replica_;
  Subscription subscription_;
  const std::uint64_t connection_;
  const net::Clock::time_point until_;
  http::Waker* later_ = nullptr;
  std::string_view pending_;  // of note_ or an event: to be sent before anything else
  std::string note_;
  const EventRef* source_ = nullptr;  // the pending event, in its topic; within one read only
  EventRef kept_;  // the event that is pending when a read ends, lest it be dropped meanwhile
  bool checkpoint_due_;
  bool ended_ = false;
};

}  // namespace sse
