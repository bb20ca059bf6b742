#include "server/deadlines.h"

#include <algorithm>
#include <chrono>

namespace server {
namespace {

using http::Limit;
using std::chrono::milliseconds;

// Between an answer that came before the end of the request's content and the reset that stops the
// rest.
constexpr std::chrono::seconds upload_notice{1};
// For a client that has been told to go.
constexpr std::chrono::seconds farewell{1};

// One look at everything that has a limit, and when the next one is due.
class Look {
 public:
  Look(Deadlines::TimePoint now, milliseconds at_most) : now_(now), next_(now + at_most) {}

  // True when the time is over; otherwise the next look is not later than that.
  bool over(Deadlines::TimePoint since, milliseconds allowed) {
    if (now_ - since >= allowed) return true;
    next_ = std::min(next_, since + allowed);
    return false;
  }
  void again_within(milliseconds time) { next_ = std::min(next_, now_ + time); }
  Deadlines::TimePoint next() const { return next_; }

 private:
  Deadlines::TimePoint now_;
  Deadlines::TimePoint next_;
};

Deadlines::Verdict end(Limit limit, std::string_view why) {
  return {.hit = limit, .why = why, .ends = true};
}

}  // namespace

std::optional<Deadlines::TimePoint> Deadlines::answered_early(TimePoint now) {
  if (early_since_) return std::nullopt;
  early_since_ = now;
  return now + upload_notice;
}

// The kernel tells of room when half of what it may keep unsent is gone, and that may take a slow
// client longer than `stall`: so whoever judges it asks what has been acknowledged since. What
// waits is on its way then, and no stream is to blame for it; nor is a PING late that is behind it.
// Gives how many bytes will have been acknowledged once all that is under way has.
std::uint64_t Deadlines::look_what_is_taken(const Outgoing& outgoing, TimePoint now) {
  if (outgoing.unsent > 0) waited_ = now;
  if (!outgoing.tcp) return 0;
  const std::uint64_t under_way = outgoing.tcp->held + outgoing.unsent;
  if (outgoing.tcp->acknowledged != taken_) {
    if (blocked_since_) blocked_since_ = now;
    if (under_way > 0) waited_ = now;
    if (taken_ < before_ping_) pinged_ = now;  // it has come since then, or is yet to come
    taken_ = outgoing.tcp->acknowledged;
  }
  return taken_ + under_way;
}

Deadlines::Verdict Deadlines::look(http::Session& session, const http::Timeouts& allowed,
                                   const Outgoing& outgoing, TimePoint now) {
  Look look(now, allowed.idle);
  bool speaks = false;
  const std::uint64_t to_be_taken = look_what_is_taken(outgoing, now);
  if (blocked_since_) {
    if (look.over(*blocked_since_, allowed.stall)) return end(Limit::stall, takes_nothing);
    look.again_within(allowed.stall / 2);
  }
  if (early_since_ && look.over(*early_since_, upload_notice)) {
    early_since_.reset();
    session.stop_uploads();
    speaks = true;
  }
  if (!session.greeted() && look.over(accepted_, allowed.handshake + allowed.settings)) {
    session.end_ungreeted();
    return {.next = now + farewell, .hit = Limit::settings, .why = session.complaint()};
  }
  if (session.inside_header_section() && look.over(header_since_, allowed.header)) {
    return end(Limit::header, "the fields of a request did not come in time");
  }
  if (const auto since = session.content_awaited_since();
      since && look.over(*since, allowed.content)) {
    return end(Limit::content, "the content of a request did not come in time");
  }
  if (session.streams() == 0) {
    if (!look.over(busy_, allowed.idle)) return {.next = look.next(), .speaks = speaks};
    session.drain();
    return {.next = now + farewell};
  }
  if (waited_ <= now - allowed.stall) session.reset_stalled(now - allowed.stall);
  look.again_within(allowed.stall / 2);
  if (session.has_live_streams()) {
    // A peer that has gone without a word answers no PING; whoever is merely quiet does. Without
    // such a frame TCP finds out by itself, as the heart-beats of a live body stay unacknowledged.
    if (session.ping_outstanding()) {
      const bool arrived = taken_ >= before_ping_;
      if (look.over(pinged_,
                    arrived ? allowed.ping_ack : std::max(allowed.ping_ack, allowed.stall))) {
        return {.hit = Limit::ping_ack, .ends = true};
      }
    } else if (look.over(std::max(heard_, pinged_), allowed.ping)) {
      session.ping();
      pinged_ = now;
      before_ping_ = to_be_taken;
      look.again_within(allowed.ping_ack);
    }
  }
  return {.next = look.next(), .speaks = speaks};
}

}  // namespace server
