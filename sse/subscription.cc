#include "sse/subscription.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sse {
namespace {

constexpr std::string_view from_the_oldest = "earliest";
constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t many = 4;  // places: to remember their heads is cheaper than to look

// seq of the first event of `topic` after `seq`.
std::uint64_t first_after(const Topic* topic, std::uint64_t seq) {
  if (!topic) return none;
  const std::uint64_t position = topic->after(seq);
  return position == topic->end() ? none : topic->at(position)->seq();
}

// What the replica has of a reader's topics, and what it has not.
struct Kept {
  std::uint64_t resumed = none;   // seq of the first event that follows
  std::uint64_t earliest = none;  // seq of the oldest event
  std::uint64_t lost = 0;         // highest seq that may be missing
};

Gap make_gap(const Replica& replica, std::string requested, std::string_view reason,
             const Kept& kept) {
  return {.requested = std::move(requested),
          .resumed = replica.id(kept.resumed == none ? replica.tail() : kept.resumed).print(),
          .earliest = kept.earliest == none ? "" : replica.id(kept.earliest).print(),
          .complete_after = replica.id(kept.lost).print(),
          .reason = reason};
}

// What a publisher called its event is looked up, unless it is an id of this very history. A
// Mercure stream writes ours as "#<id>".
std::optional<EventId> read_id(const Replica& replica, std::string_view text) {
  std::optional<EventId> id = EventId::parse(text.starts_with('#') ? text.substr(1) : text);
  if (id && id->epoch == replica.epoch()) return id;
  if (const auto seq = replica.seq_of(text)) return replica.id(*seq);
  return id;
}

// Whether a reader of `wanted` is to have the hub's own events that it matches as well.
bool reads_hub(const Replica& replica, const TopicMatcher& wanted, const Rights& rights) {
  return rights && replica.reaches_hub(wanted);
}

std::size_t hubs_of(const Replica& replica, std::span<const TopicMatcher> topics,
                    const Rights& rights) {
  if (!rights) return 0;
  return static_cast<std::size_t>(
      std::count_if(topics.begin(), topics.end(),
                    [&](const TopicMatcher& wanted) { return replica.reaches_hub(wanted); }));
}

Resume from_oldest(const Replica& replica) {
  if (!replica.archive()) return {.after = 0};
  return {.after = 0, .ask = replica.id(0).print()};
}

}  // namespace

Resume resume(Replica& replica, std::uint64_t newest, std::span<const TopicMatcher> topics,
              std::optional<std::string_view> requested, const Rights& rights) {
  if (!requested) return {.after = replica.tail()};
  if (*requested == from_the_oldest) return from_oldest(replica);
  const std::optional<EventId> id = read_id(replica, *requested);
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
    const bool lost = std::any_of(topics.begin(), topics.end(), [&](const TopicMatcher& topic) {
      return replica.lost(topic) > after ||
             (reads_hub(replica, topic, rights) && replica.find_hub(topic).lost() > after);
    });
    if (!lost) return {.after = after};
    reason = "expired";
  }
  if (replica.archive()) {
    const std::string_view known = requested->substr(0, longest_id + 1);
    return {.after = after, .ask = id ? id->print() : std::string(known)};
  }
  Kept kept;
  const auto keep = [&](const Topic* topic, std::uint64_t lost) {
    kept.resumed = std::min(kept.resumed, first_after(topic, after));
    kept.earliest = std::min(kept.earliest, first_after(topic, 0));
    kept.lost = std::max(kept.lost, lost);
  };
  for (const TopicMatcher& wanted : topics) {
    keep(replica.find(wanted), replica.lost(wanted));
    if (!reads_hub(replica, wanted, rights)) continue;
    const Topic& hubs = replica.find_hub(wanted);
    keep(&hubs, hubs.lost());
  }
  std::string echo(requested->substr(0, longest_echo));
  return {.after = after, .gap = make_gap(replica, std::move(echo), reason, kept)};
}

bool may_read(const Rights& rights, const Event& event) {
  if (!rights) return false;
  return std::any_of(rights->begin(), rights->end(), [&](const TopicMatcher& granted) {
    return granted.matches(event.topic()) ||
           std::any_of(event.alternates().begin(), event.alternates().end(),
                       [&](const std::string& topic) { return granted.matches(topic); });
  });
}

Subscription::Subscription(Replica& replica, Reader& reader, std::span<const TopicMatcher> topics,
                           const Resume& from, Rights rights)
    : replica_(replica),
      reader_(reader),
      count_(static_cast<std::uint32_t>(topics.size() + hubs_of(replica, topics, rights))),
      generation_(replica.generation()),
      rights_(std::move(rights)),
      after_(from.after) {
  places_ = std::make_unique<Place[]>(count_);
  Place* place = places_.get();
  const auto put = [&](Topic& topic) {
    place->owner = this;
    place->topic = &topic;
    place->position = topic.after(after_);
    ++place;
  };
  for (const TopicMatcher& wanted : topics) put(replica.join(wanted));
  for (const TopicMatcher& wanted : topics) {
    if (reads_hub(replica, wanted, rights_)) put(replica.join_hub(wanted));
  }
  if (from.ask) catch_up(*from.ask);
}

Subscription::Subscription(Subscription&& before, Reader& reader)
    : replica_(before.replica_),
      reader_(reader),
      places_(std::move(before.places_)),
      count_(std::exchange(before.count_, 0)),
      generation_(before.generation_),
      rights_(std::move(before.rights_)),
      after_(before.after_),
      ended_(before.ended_),
      catch_up_(std::move(before.catch_up_)),
      heads_(std::move(before.heads_)) {
  for (Place& place : places()) {
    place.unlink();
    place.owner = this;
  }
  if (catch_up_) catch_up_->tell([this] { woken(); });
}

void Subscription::catch_up(std::string requested) {
  Matchers topics;
  for (const Place& place : places()) topics.push_back(place.topic->matcher());
  topics = distinct(std::move(topics));
  catch_up_ = std::make_unique<CatchUp>(replica_, std::move(topics), std::move(requested),
                                        [this] { woken(); });
}

void Subscription::go_live() {
  after_ = catch_up_->after();
  generation_ = replica_.generation();
  for (Place& place : places()) place.position = place.topic->after(after_);
  catch_up_.reset();
}

std::optional<Gap> Subscription::missed() {
  if (catch_up_) return catch_up_->gap();
  if (generation_ != replica_.generation()) return missed_in_new_history();
  if (heads_ && heads_->revision == replica_.revision()) return std::nullopt;
  const auto behind = [this](const Place& place) {
    return place.position < place.topic->first() && place.topic->lost() > after_;
  };
  if (std::ranges::none_of(places(), behind)) return std::nullopt;
  ended_ = std::ranges::any_of(places(), [&](const Place& place) {
    return behind(place) && place.topic->policy() == Policy::end;
  });
  if (replica_.archive()) {
    catch_up(replica_.id(after_).print());
    return std::nullopt;
  }
  Kept kept;
  for (Place& place : places()) {
    if (behind(place)) kept.lost = std::max(kept.lost, place.topic->lost());
    place.position = std::max(place.position, place.topic->first());
    if (place.position < place.topic->end()) {
      kept.resumed = std::min(kept.resumed, place.topic->at(place.position)->seq());
    }
    kept.earliest = std::min(kept.earliest, first_after(place.topic, 0));
  }
  return make_gap(replica_, replica_.id(after_).print(), "slow", kept);
}

// The store began anew under a reader, or has a hole: in either case there is something to tell.
std::optional<Gap> Subscription::missed_in_new_history() {
  const bool same_epoch = generation_ >= replica_.epoch_began();
  generation_ = replica_.generation();
  const EventId seen{.epoch = same_epoch ? replica_.epoch() : replica_.previous_epoch(),
                     .seq = after_};
  if (replica_.archive()) {
    catch_up(seen.print());
    return std::nullopt;
  }
  if (!same_epoch) after_ = 0;
  Kept kept;
  for (Place& place : places()) {
    place.position = place.topic->first();
    kept.earliest = std::min(kept.earliest, first_after(place.topic, 0));
    kept.lost = std::max(kept.lost, place.topic->lost());
  }
  kept.resumed = kept.earliest;
  return make_gap(replica_, seen.print(), same_epoch ? "expired" : "epoch", kept);
}

std::uint64_t Subscription::behind() const {
  if (catch_up_) return replica_.tail() - std::min(replica_.tail(), after_);
  std::uint64_t events = 0;
  for (const Place& place : places()) {
    events +=
        place.topic->end() - std::clamp(place.position, place.topic->first(), place.topic->end());
  }
  return events;
}

// What has been given already, by another of its topics or by another worker, or is private, or is
// stood for by what is newer.
bool Subscription::passes(const Topic& topic, const Event& event) const {
  if (event.seq() <= after_ || (event.is_private() && !may_read(rights_, event))) return true;
  return topic.is_view() ? replica_.superseded(*topic.pattern(), event) : topic.superseded(event);
}

const EventRef* Subscription::next() {
  if (catch_up_) {
    while (const EventRef* event = catch_up_->next()) {
      if (!(*event)->is_private() || may_read(rights_, **event)) return event;
      catch_up_->take();
    }
    if (!catch_up_->done()) return nullptr;
    go_live();
  }
  if (count_ >= many) return next_of_many();
  next_ = nullptr;
  std::uint64_t least = none;
  for (Place& place : places()) {
    const std::uint64_t seq = find_head(place);
    if (seq >= least) continue;
    least = seq;
    next_ = &place;
  }
  return next_ ? &next_->topic->at(next_->position) : nullptr;
}

const EventRef* Subscription::next_of_many() {
  if (!heads_) heads_ = std::make_unique<Heads>();
  std::vector<std::uint64_t>& seqs = heads_->seqs;
  if (seqs.empty() || heads_->revision != replica_.revision()) {
    heads_->revision = replica_.revision();
    seqs.assign(count_, 0);
  }
  next_ = nullptr;
  std::uint64_t least = none;
  for (std::size_t i = 0; i < seqs.size(); ++i) {
    if (seqs[i] <= after_) {
      seqs[i] = find_head(places_[i]);
      ++heads_->looks;
    }
    if (seqs[i] >= least) continue;
    least = seqs[i];
    next_ = &places_[i];
  }
  return next_ ? &next_->topic->at(next_->position) : nullptr;
}

// seq of the first event that it does not pass over; its position is there.
std::uint64_t Subscription::find_head(Place& place) {
  const Topic& topic = *place.topic;
  place.position = std::max(place.position, topic.first());
  while (place.position < topic.end()) {
    const Event& event = *topic.at(place.position);
    if (!passes(topic, event)) return event.seq();
    ++place.position;
  }
  return none;
}

void Subscription::take() {
  if (catch_up_) return catch_up_->take();
  after_ = next_->topic->at(next_->position)->seq();
  ++next_->position;
}

std::string Subscription::reached() const {
  if (catch_up_) return catch_up_->reached();
  return replica_.id(std::max(after_, replica_.tail())).print();
}

void Subscription::wait() {
  heads_.reset();
  for (Place& place : places()) place.topic->wait(place);
}

void Subscription::woken() {
  for (Place& place : places()) place.unlink();
  reader_.news();
}

}  // namespace sse
