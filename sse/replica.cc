#include "sse/replica.h"

#include <algorithm>
#include <utility>

#include "sse/parsed_topic.h"

namespace sse {
namespace {

constexpr std::size_t most_idle_views = 64;
constexpr std::size_t idle_views_forgotten = 48;  // at once, when there are more
// Of a class that keeps nothing: as much as its readers need who are there.
constexpr std::size_t passing_events = 1000;
constexpr std::chrono::seconds passing_age{10};
// Comparisons and copies that are not worth a look at the clock.
constexpr std::size_t cheap = 128;

TopicClass rest_of(const Replica::Options& options) {
  TopicClass rest;
  rest.keep = {.events = options.events_per_topic,
               .topic_bytes = options.bytes_per_topic,
               .bytes = options.bytes,
               .age = options.age};
  return rest;
}

}  // namespace

Replica::Replica(net::Loop& loop, Options options, Archive* archive)
    : loop_(loop),
      options_(std::move(options)),
      archive_(archive),
      page_room_(loop, options_.page_bytes),
      expiry_(loop, [this] { expire(); }),
      sweeping_(loop, [this] { return sweep(); }),
      classes_(rest_of(options_), options_.classes),
      conflates_(std::any_of(options_.classes.begin(), options_.classes.end(),
                             [](const TopicClass& c) { return c.policy == Policy::conflate; })),
      shelves_(make_shelves()),
      hub_prefix_(options_.hub_prefix) {}

std::vector<Replica::Shelf> Replica::make_shelves() const {
  std::vector<Shelf> shelves;
  std::chrono::seconds longest{0};
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    Shelf shelf{classes_[i].keep, classes_[i].policy};
    if (shelf.keep.events == 0) {
      shelf.keep.events = passing_events;
      shelf.keep.age = std::min(shelf.keep.age, passing_age);
    }
    longest = std::max(longest, shelf.keep.age);
    shelves.push_back(std::move(shelf));
  }
  Retention hubs = rest_of(options_).keep;
  hubs.topic_bytes = hubs.bytes = options_.hub_bytes;
  shelves.push_back({hubs});
  Retention views = rest_of(options_).keep;
  views.events = options_.events_per_pattern;
  views.age = longest;
  shelves.push_back({views});
  views.topic_bytes = options_.hub_bytes;
  views.bytes = 8 * options_.hub_bytes;
  shelves.push_back({views});
  return shelves;
}

void Replica::start(std::string epoch, std::uint64_t tail) {
  ++generation_;
  ++revision_;
  if (epoch != epoch_) {
    previous_epoch_ = std::exchange(epoch_, std::move(epoch));
    epoch_began_ = generation_;
  }
  tail_ = tail;
  placed_ = 0;
  forgotten_ = hub_forgotten_ = tail;
  checkpoint_ = "id: " + id(tail).print() + "\n\n";
  forget_idle_views(idle_views_.size());
  bytes_ = 0;
  for (Shelf& shelf : shelves_) {
    shelf.bytes = 0;
    shelf.oldest.clear();
  }
  named_.clear();
  touched_.clear();
  std::erase_if(topics_, [this](const auto& entry) {
    if (entry.second.readers > 0) return false;
    if (of_hub(entry.second)) --hub_topics_;
    return true;
  });
  const auto restart = [&](Topic& log) {
    log.restart(tail);
    log.touched = true;
    touched_.push_back(&log);
  };
  for (auto& [name, topic] : topics_) restart(topic);
  for (auto& [pattern, view] : views_) restart(*view);
  for (auto& [pattern, view] : hub_views_) restart(*view);
  if (gathering_) gathering_->restart(tail);
  wake();
}

std::size_t Replica::apply(std::span<const EventRef> events, net::Slice* slice) {
  std::size_t applied = 0;
  for (const EventRef& event : events) {
    if (event->seq() > tail_ && !append(event, slice)) break;
    ++applied;
  }
  checkpoint_ = "id: " + id(tail_).print() + "\n\n";
  expire();
  wake();
  return applied;
}

// False: some of its topics have to wait. Readers who meet it meanwhile by one topic pass over it
// in the others.
bool Replica::append(const EventRef& event, net::Slice* slice) {
  // The Sequencer leaves no holes; should there be one all the same, the readers are told.
  if (event->seq() != tail_ + 1) start(std::string(epoch_), event->seq() - 1);
  for (; placed_ <= event->alternates().size(); ++placed_) {
    if (unasked_ > cheap && slice) {
      if (slice->over()) return false;
      unasked_ = 0;
    }
    append(event, placed_ == 0 ? event->topic() : event->alternates()[placed_ - 1]);
  }
  placed_ = 0;
  tail_ = event->seq();
  ++events_;
  return true;
}

// An empty view stays: it may be the one that is being filled, or its turn may be the next.
void Replica::shrink(Shelf& shelf) {
  while (shelf.bytes > shelf.keep.bytes && shelf.oldest.size() > 1) {
    Topic& oldest = *shelf.oldest.begin()->second;
    drop_first(oldest);
    if (oldest.empty() && oldest.readers == 0 && !oldest.is_view()) forget(oldest);
  }
}

void Replica::append(const EventRef& event, const std::string& name) {
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    const bool hubs = is_hubs(name);
    if (full(hubs) && !make_room(hubs)) {
      forgotten(hubs) = event->seq();
      unasked_ += views(hubs).size();
      const ParsedTopic parsed(name);
      for (auto& [pattern, view] : views(hubs)) {
        if (pattern.matches(parsed)) put_into_view(event, *view);
      }
      return;
    }
    make_topic(name);
    found = topics_.find(name);
  }
  Topic& topic = found->second;
  unasked_ += topic.views.size();
  for (Topic* view : topic.views) put_into_view(event, *view);
  if (!event->publisher_id().empty() && &name == &event->topic()) {
    named_.emplace(event->publisher_id(), event->seq());
  }
  put(event, topic);
}

// A log takes an event once, by whichever of its topics it comes.
void Replica::put(const EventRef& event, Topic& log) {
  if (log.newest() == event->seq()) return;
  ++revision_;
  Shelf& shelf = shelf_of(log);
  const bool first = log.empty();
  log.append(event, expiry_of(*event, shelf));
  if (first) shelf.oldest.emplace_hint(shelf.oldest.end(), event->seq(), &log);
  shelf.bytes += event->weight();
  bytes_ += event->weight();
  if (!log.touched) {
    touched_.push_back(&log);
    log.touched = true;
  }
  trim(log);
  shrink(shelf);
}

// The newest is kept whatever it weighs, or a large event would reach nobody.
void Replica::trim(Topic& log) {
  const Retention& keep = shelf_of(log).keep;
  while (log.end() - log.first() > keep.events ||
         (log.bytes() > keep.topic_bytes && log.end() - log.first() > 1)) {
    drop_first(log);
  }
}

void Replica::drop_first(Topic& log) {
  ++revision_;
  const Event& dropped = *log.at(log.first());
  Shelf& shelf = shelf_of(log);
  auto place = shelf.oldest.extract({dropped.seq(), &log});
  shelf.bytes -= dropped.weight();
  bytes_ -= dropped.weight();
  if (!dropped.publisher_id().empty() && log.name() == dropped.topic() && !log.is_view()) {
    auto [named, end] = named_.equal_range(dropped.publisher_id());
    while (named != end && named->second != dropped.seq()) ++named;
    if (named != end) named_.erase(named);
  }
  log.drop_first();
  if (log.empty()) return;
  place.value().first = log.at(log.first())->seq();
  shelf.oldest.insert(std::move(place));
}

bool Replica::full(bool hubs) const {
  return hubs ? hub_topics_ >= options_.hub_topics
              : topics_.size() - hub_topics_ >= options_.topics;
}

bool Replica::make_room(bool hubs) {
  if (read_topics_ == topics_.size()) return false;
  Topic* oldest = nullptr;
  std::uint64_t first = 0;
  const std::size_t from = hubs ? hub_shelf() : 0;
  for (std::size_t i = from; i < (hubs ? from + 1 : hub_shelf()); ++i) {
    const auto& logs = shelves_[i].oldest;
    const auto unread = std::find_if(logs.begin(), logs.end(),
                                     [](const auto& entry) { return entry.second->readers == 0; });
    if (unread == logs.end() || (oldest && first < unread->first)) continue;
    first = unread->first;
    oldest = unread->second;
  }
  if (!oldest) return false;
  while (!oldest->empty()) drop_first(*oldest);
  forget(*oldest);
  return true;
}

void Replica::forget(Topic& topic) {
  if (topic.is_view()) return forget_view(topic);
  std::uint64_t& highest = forgotten(of_hub(topic));
  highest = std::max(highest, topic.lost());
  if (of_hub(topic)) --hub_topics_;
  for (Topic* view : topic.views) {
    if (view->gathering) view->gathering->forget(topic);
  }
  if (gathering_ && gathering_->ahead(topic.name())) gathering_->forget(topic);
  if (topic.touched) std::erase(touched_, &topic);
  topics_.erase(topics_.find(topic.name()));
}

Topic& Replica::make_topic(std::string_view name) {
  const bool hubs = is_hubs(name);
  const std::size_t shelf = hubs ? hub_shelf() : classes_.index_of(name);
  Topic& topic = topics_
                     .try_emplace(std::string(name), std::string(name), forgotten(hubs), shelf,
                                  shelves_[shelf].policy)
                     .first->second;
  if (hubs) ++hub_topics_;
  const ParsedTopic parsed = topic.parsed();
  unasked_ += views(hubs).size();
  for (auto& [pattern, view] : views(hubs)) {
    if (view->gathering && view->gathering->ahead(name)) continue;
    if (pattern.matches(parsed)) topic.views.push_back(view.get());
  }
  return topic;
}

// Both clocks stand still within a turn: reading one for each event of each pattern is dear.
Event::Time Replica::wall_now() {
  if (wall_read_ != loop_.now()) {
    wall_read_ = loop_.now();
    wall_now_ = std::chrono::system_clock::now();
  }
  return wall_now_;
}

// On the loop's clock. An event that comes out of a store has used up some of its time already.
net::Clock::time_point Replica::expiry_of(const Event& event, const Shelf& shelf) {
  const Event::Time::duration age = shelf.keep.age;
  const auto spent = std::clamp(wall_now() - event.time(), age.zero(), age);
  return loop_.now() + (age - spent);
}

void Replica::expire() {
  for (Shelf& shelf : shelves_) expire(shelf);
  if (expiry_.armed()) return;
  std::optional<net::Clock::time_point> next;
  for (const Shelf& shelf : shelves_) {
    if (shelf.oldest.empty()) continue;
    const auto due = shelf.oldest.begin()->second->first_expires();
    if (!next || due < *next) next = due;
  }
  if (next) expiry_.start(*next - loop_.now());
}

void Replica::expire(Shelf& shelf) {
  while (!shelf.oldest.empty()) {
    Topic& oldest = *shelf.oldest.begin()->second;
    if (oldest.first_expires() > loop_.now()) return;
    drop_first(oldest);
    if (oldest.empty() && oldest.readers == 0) forget(oldest);
  }
}

void Replica::wake() {
  // A reader that is woken may publish, join and leave; what it touches is for this loop as well.
  while (!touched_.empty()) {
    Topic& topic = *touched_.back();
    touched_.pop_back();
    topic.touched = false;
    topic.wake();
  }
}

Topic& Replica::join(std::string_view name) {
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    const bool hubs = is_hubs(name);
    if (full(hubs)) make_room(hubs);
    make_topic(name);
    found = topics_.find(name);
  }
  if (found->second.readers++ == 0) ++read_topics_;
  return found->second;
}

void Replica::leave(Topic& topic) {
  if (--topic.readers != 0) return;
  if (topic.is_view()) {
    if (!of_hub(topic)) --read_views_;
    idle_views_.push_back(&topic);
    if (idle_views_.size() > most_idle_views) forget_idle_views(idle_views_forgotten);
    return;
  }
  --read_topics_;
  if (topic.empty()) forget(topic);
}

const Topic* Replica::find(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

const Topic* Replica::each_topic(const std::optional<std::string>& behind, std::size_t most,
                                 const std::function<void(const Topic& topic)>& look) const {
  auto at = behind ? topics_.upper_bound(*behind) : topics_.begin();
  const Topic* last = nullptr;
  for (; most > 0 && at != topics_.end(); --most, ++at) look(*(last = &at->second));
  return at == topics_.end() ? nullptr : last;
}

std::uint64_t Replica::lost(std::string_view name) const {
  const Topic* topic = find(name);
  if (topic) return topic->lost();
  return is_hubs(name) ? hub_forgotten_ : forgotten_;
}

std::optional<std::uint64_t> Replica::seq_of(std::string_view publisher_id) const {
  const auto found = named_.lower_bound(publisher_id);
  if (found == named_.end() || found->first != publisher_id) return std::nullopt;
  return found->second;
}

}  // namespace sse
