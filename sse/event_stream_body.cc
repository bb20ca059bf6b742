#include "sse/event_stream_body.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sse {

EventStreamBody::EventStreamBody(Audience& audience, Replica& replica,
                                 std::span<const TopicMatcher> topics, const Resume& from,
                                 Terms terms)
    : audience_(audience),
      replica_(replica),
      subscription_(replica, *this, topics, from, std::move(terms.rights)),
      connection_(terms.connection),
      until_(audience.before(terms.until)),
      // A new reader has no id yet: without one, what is published while its first connection
      // breaks would be lost without a word.
      checkpoint_due_(!from.ask && from.after == replica.tail()),
      seat_(std::move(terms.seat)),
      ids_(terms.ids) {
  say(":ok\n\n" + audience.retry());
  if (from.gap) tell(*from.gap);
  if (until_ == net::Clock::time_point::max()) return;
  end_ = std::make_unique<net::Timer>(replica.loop(), [this] { rouse(); });
  end_->start(until_ - audience.now());
}

EventStreamBody::~EventStreamBody() { audience_.leave(connection_); }

http::Read EventStreamBody::read(std::span<std::byte> into, http::Waker& later) {
  audience_.busy(*this);  // not idle while it is read
  later_ = nullptr;
  std::size_t used = 0;
  for (;;) {
    const std::size_t part = std::min(pending_.size(), into.size() - used);
    if (part > 0) std::memcpy(into.data() + used, pending_.data(), part);
    pending_.remove_prefix(part);
    used += part;
    if (!pending_.empty()) {
      if (source_) kept_ = *source_;
      source_ = nullptr;
      return {used, false};
    }
    if (!rest_.empty()) {
      pending_ = std::exchange(rest_, {});
      continue;
    }
    kept_.reset();
    source_ = nullptr;
    if (ended_) return {used, true};
    if (used == into.size()) return {used, false};
    if (!prepare()) break;
  }
  if (used > 0) return {used, false};
  std::string().swap(note_);  // an idle stream holds no text
  later_ = &later;
  subscription_.wait();
  audience_.idle(*this);
  return {0, false};
}

// Sets what is to be sent next. False: nothing yet.
bool EventStreamBody::prepare() {
  if (audience_.sends_away() || audience_.now() >= until_) {
    say(audience_.retry());
    ended_ = true;
    return true;
  }
  const std::optional<Gap> gap = subscription_.missed();
  if (subscription_.ended()) {
    say(audience_.retry());
    ended_ = true;
    return true;
  }
  if (gap) {
    note_.clear();
    tell(*gap);
    return true;
  }
  if (const EventRef* event = subscription_.next()) {
    source_ = event;
    present(**event);
    subscription_.take();
    checkpoint_due_ = false;
    ++audience_.deliveries;
    return true;
  }
  if (!std::exchange(checkpoint_due_, false)) return false;
  checkpoint();
  return true;
}

void EventStreamBody::present(const Event& event) {
  if (ids_ == Ids::hub) {
    pending_ = event.block();
    return;
  }
  say("id: " + mercure_id(replica_.id(event.seq()), event.publisher_id()) + "\n");
  rest_ = event.block_without_id();
}

// A reader that came from another worker may know more than this replica does: no step back. One
// that still gets what is past knows less: no step forward.
void EventStreamBody::checkpoint() {
  if (!subscription_.at_tail()) return say(":\n\n");
  if (ids_ == Ids::hub) return say(std::string(replica_.checkpoint()));
  say("id: #" + replica_.id(replica_.tail()).print() + "\n\n");
}

void EventStreamBody::say(std::string text) {
  note_ = std::move(text);
  pending_ = note_;
}

// The block has no id. A reader that loses the connection right after it comes back with the id it
// had before, is told of the gap again and gets every event that follows; with the id of the first
// of them it would miss that one. Where nothing follows, the checkpoint after it sets a sound id.
void EventStreamBody::tell(const Gap& gap) {
  ++audience_.gaps;
  note_.append("event: ").append(gap_type).append("\ndata: ").append(gap.json()).append("\n\n");
  pending_ = note_;
  checkpoint_due_ = true;
}

void EventStreamBody::news() { wake(); }

void EventStreamBody::rouse() {
  checkpoint_due_ = true;
  wake();
}

void EventStreamBody::wake() {
  audience_.busy(*this);
  if (http::Waker* later = std::exchange(later_, nullptr)) later->wake();
}

}  // namespace sse
