#include "sse/event_stream_body.h"

#include <utility>

namespace sse {
namespace {

// Moves as much of `text` as fits.
std::size_t copy(std::string_view& text, std::span<std::byte> into) {
  const std::size_t bytes = text.copy(reinterpret_cast<char*>(into.data()), into.size());
  text.remove_prefix(bytes);
  return bytes;
}

}  // namespace

EventStreamBody::EventStreamBody(Audience::Place place, Replica& replica,
                                 std::span<const TopicMatcher> topics, const Resume& from,
                                 Terms terms)
    : place_(std::move(place)),
      subscription_(replica, *this, topics, from, std::move(terms.rights)),
      seat_(std::move(terms.seat)),
      // A new reader has no id yet: without one, what is published while its first connection
      // breaks would be lost without a word.
      checkpoint_due_(!from.ask && from.after == replica.tail()),
      ids_(terms.ids) {
  say(":ok\n\n" + audience().retry());
  if (from.gap) tell(*from.gap);
  const net::Clock::time_point until = audience().before(terms.until);
  if (until == net::Clock::time_point::max()) return;
  end_ = std::make_unique<End>(*this, replica.loop(), until);
}

http::Read EventStreamBody::read(std::span<std::byte> into, http::Waker& later) {
  audience().busy(*this);  // not idle while it is read
  later_ = nullptr;
  std::size_t used = 0;
  const std::size_t most_looks = subscription_.looks() + Subscription::looks_together;
  for (;;) {
    if (unsaid_) used += go_on(into.subspan(used));
    if (unsaid_) return {used, false};
    if (ended_) return {used, true};
    if (used == into.size()) return {used, false};
    if (used > 0 && subscription_.looks() > most_looks) return {used, false, true};
    if (over()) {
      leave();
      continue;
    }
    const std::optional<Gap> gap = subscription_.missed();
    if (subscription_.ended()) {
      leave();
    } else if (gap) {
      tell(*gap);
    } else if (const EventRef* event = subscription_.next()) {
      used += give(*event, into.subspan(used));
      subscription_.take();
      checkpoint_due_ = false;
      ++audience().deliveries;
    } else if (std::exchange(checkpoint_due_, false)) {
      checkpoint();
    } else {
      break;
    }
  }
  if (used > 0) return {used, false};
  later_ = &later;
  subscription_.wait();
  audience().idle(*this);
  return {0, false};
}

// With what did not fit before.
std::size_t EventStreamBody::go_on(std::span<std::byte> into) {
  std::size_t used = copy(unsaid_->text, into);
  if (unsaid_->text.empty()) used += copy(unsaid_->rest, into.subspan(used));
  if (unsaid_->text.empty() && unsaid_->rest.empty()) unsaid_.reset();
  return used;
}

// Nearly always all of it, and then nothing is allocated.
std::size_t EventStreamBody::give(const EventRef& event, std::span<std::byte> into) {
  if (ids_ == Ids::mercure) {
    say("id: " + mercure_id(event->id(), event->publisher_id()) + "\n");
    unsaid_->rest = event->block_without_id();
    unsaid_->event = event;
    return go_on(into);
  }
  std::string_view block = event->block();
  const std::size_t used = copy(block, into);
  if (!block.empty()) {
    unsaid_ =
        std::make_unique<Speech>(Speech{.note = {}, .text = block, .rest = {}, .event = event});
  }
  return used;
}

bool EventStreamBody::over() const {
  return audience().sends_away() || (end_ && audience().now() >= end_->at);
}

void EventStreamBody::leave() {
  say(audience().retry());
  ended_ = true;
}

// A reader that came from another worker may know more than this replica does: no step back. One
// that still gets what is past knows less: no step forward.
void EventStreamBody::checkpoint() {
  if (!subscription_.at_tail()) return say(":\n\n");
  const Replica& replica = subscription_.replica();
  if (ids_ == Ids::hub) return say(replica.checkpoint());
  say("id: #" + replica.id(replica.tail()).print() + "\n\n");
}

// Behind what has been said already, of which nothing has been sent.
void EventStreamBody::say(std::string_view words) {
  if (!unsaid_) unsaid_ = std::make_unique<Speech>();
  unsaid_->note += words;
  unsaid_->text = unsaid_->note;
}

// The block has no id. A reader that loses the connection right after it comes back with the id it
// had before, is told of the gap again and gets every event that follows; with the id of the first
// of them it would miss that one. Where nothing follows, the checkpoint after it sets a sound id.
void EventStreamBody::tell(const Gap& gap) {
  ++audience().gaps;
  say("event: " + std::string(gap_type) + "\ndata: " + gap.json() + "\n\n");
  checkpoint_due_ = true;
}

void EventStreamBody::news() { wake(); }

void EventStreamBody::rouse() {
  checkpoint_due_ = true;
  wake();
}

void EventStreamBody::wake() {
  audience().busy(*this);
  if (http::Waker* later = std::exchange(later_, nullptr)) later->wake();
}

}  // namespace sse
