#include "sse/subscription.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/http/problem.h"

namespace sse {
namespace {

constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();

// seq of the first event of `topic` after `seq`.
std::uint64_t first_after(const Topic* topic, std::uint64_t seq) {
  if (!topic) return none;
  const std::uint64_t position = topic->after(seq);
  return position == topic->end() ? none : topic->at(position)->seq();
}

Gap make_gap(const Replica& replica, std::string requested, std::string_view reason,
             std::uint64_t resumed, std::uint64_t earliest) {
  return {.requested = std::move(requested),
          .resumed = replica.id(resumed == none ? replica.tail() : resumed).print(),
          .earliest = earliest == none ? "" : replica.id(earliest).print(),
          .reason = reason};
}

}  // namespace

std::string Gap::json() const {
  return "{\"requested\":" + http::json_string(requested) +
         ",\"resumed\":" + http::json_string(resumed) +
         ",\"earliest\":" + (earliest.empty() ? "null" : http::json_string(earliest)) +
         ",\"reason\":\"" + std::string(reason) + "\"}";
}

Resume resume(const Replica& replica, std::uint64_t newest, std::span<const std::string> topics,
              std::optional<std::string_view> requested) {
  if (!requested) return {.after = replica.tail(), .gap = std::nullopt};
  const std::optional<EventId> id = EventId::parse(*requested);
  std::string_view reason;
  std::uint64_t after = 0;
  if (!id) {
    reason = "malformed";
  } else if (id->epoch != replica.epoch()) {
    reason = "epoch";
  } else if (id->seq > std::max(newest, replica.tail())) {
    reason = "ahead";
  } else {
    after = id->seq;
    const bool lost = std::any_of(topics.begin(), topics.end(), [&](const std::string& topic) {
      return replica.lost(topic) > after;
    });
    if (!lost) return {.after = after, .gap = std::nullopt};
    reason = "expired";
  }
  std::uint64_t resumed = none;
  std::uint64_t earliest = none;
  for (const std::string& name : topics) {
    const Topic* topic = replica.find(name);
    resumed = std::min(resumed, first_after(topic, after));
    earliest = std::min(earliest, first_after(topic, 0));
  }
  // What is echoed is bounded, whatever was sent.
  std::string echo(requested->substr(0, 64));
  return {.after = after, .gap = make_gap(replica, std::move(echo), reason, resumed, earliest)};
}

Subscription::Subscription(Replica& replica, Reader& reader, std::span<const std::string> topics,
                           std::uint64_t after)
    : replica_(replica),
      reader_(reader),
      places_(topics.size()),
      after_(after),
      generation_(replica.generation()) {
  for (std::size_t i = 0; i < topics.size(); ++i) {
    Place& place = places_[i];
    place.owner = this;
    place.topic = &replica.join(topics[i]);
    place.position = place.topic->after(after);
  }
}

Subscription::~Subscription() {
  for (Place& place : places_) {
    place.unlink();
    replica_.leave(*place.topic);
  }
}

std::optional<Gap> Subscription::missed() {
  if (generation_ != replica_.generation()) return missed_in_new_history();
  const auto behind = [](const Place& place) { return place.position < place.topic->first(); };
  if (std::none_of(places_.begin(), places_.end(), behind)) return std::nullopt;
  std::uint64_t resumed = none;
  std::uint64_t earliest = none;
  for (Place& place : places_) {
    place.position = std::max(place.position, place.topic->first());
    if (place.position < place.topic->end()) {
      resumed = std::min(resumed, place.topic->at(place.position)->seq());
    }
    earliest = std::min(earliest, first_after(place.topic, 0));
  }
  return make_gap(replica_, replica_.id(after_).print(), "slow", resumed, earliest);
}

// The store began anew under a reader, or has a hole: in either case there is something to tell.
std::optional<Gap> Subscription::missed_in_new_history() {
  generation_ = replica_.generation();
  const bool same_epoch = replica_.previous_epoch() == replica_.epoch();
  const EventId seen{.epoch = replica_.previous_epoch(), .seq = after_};
  if (!same_epoch) after_ = 0;
  std::uint64_t earliest = none;
  for (Place& place : places_) {
    place.position = place.topic->first();
    earliest = std::min(earliest, first_after(place.topic, 0));
  }
  return make_gap(replica_, seen.print(), same_epoch ? "expired" : "epoch", earliest, earliest);
}

const EventRef* Subscription::next() {
  next_ = nullptr;
  const EventRef* best = nullptr;
  for (Place& place : places_) {
    const Topic& topic = *place.topic;
    // A reader that came from another worker may be ahead of this replica.
    while (place.position < topic.end() && topic.at(place.position)->seq() <= after_) {
      ++place.position;
    }
    if (place.position == topic.end()) continue;
    const EventRef& event = topic.at(place.position);
    if (best && (*best)->seq() < event->seq()) continue;
    best = &event;
    next_ = &place;
  }
  return best;
}

void Subscription::take() {
  after_ = next_->topic->at(next_->position)->seq();
  ++next_->position;
}

std::uint64_t Subscription::caught_up() const { return std::max(after_, replica_.tail()); }

void Subscription::wait() {
  for (Place& place : places_) place.topic->wait(place);
}

void Subscription::woken() {
  for (Place& place : places_) place.unlink();
  reader_.news();
}

}  // namespace sse
