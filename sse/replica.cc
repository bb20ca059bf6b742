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

// What is kept of each class; then of the hub's own topics, of the views, and of the views of the
// hub's own.
std::vector<Retention> shelves_for(const TopicClasses& classes, const Replica::Options& options) {
  std::vector<Retention> shelves;
  std::chrono::seconds longest{0};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    Retention keep = classes[i].keep;
    if (keep.events == 0) {
      keep.events = passing_events;
      keep.age = std::min(keep.age, passing_age);
    }
    longest = std::max(longest, keep.age);
    shelves.push_back(keep);
  }
  Retention hubs = rest_of(options).keep;
  hubs.topic_bytes = hubs.bytes = options.hub_bytes;
  shelves.push_back(hubs);
  Retention views = rest_of(options).keep;
  views.events = options.events_per_pattern;
  views.age = longest;
  shelves.push_back(views);
  views.topic_bytes = options.hub_bytes;
  views.bytes = 8 * options.hub_bytes;
  shelves.push_back(views);
  return shelves;
}

}  // namespace

Replica::Replica(net::Loop& loop, Options options, Archive* archive)
    : loop_(loop),
      options_(std::move(options)),
      archive_(archive),
      page_room_(loop, options_.page_bytes),
      sweeping_(loop, [this] { return sweep(); }),
      classes_(rest_of(options_), options_.classes),
      conflates_(std::any_of(options_.classes.begin(), options_.classes.end(),
                             [](const TopicClass& c) { return c.policy == Policy::conflate; })),
      shelves_(loop, shelves_for(classes_, options_), *this),
      hub_prefix_(options_.hub_prefix) {}

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
  shelves_.restart();
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
  shelves_.expire();
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
  if (!log.touched) {
    touched_.push_back(&log);
    log.touched = true;
  }
  shelves_.put(event, log);
}

void Replica::dropping(const Topic& log, const Event& oldest) {
  ++revision_;
  if (oldest.publisher_id().empty() || log.is_view() || log.name() != oldest.topic()) return;
  auto [named, end] = named_.equal_range(oldest.publisher_id());
  while (named != end && named->second != oldest.seq()) ++named;
  if (named != end) named_.erase(named);
}

// An empty view stays: it may be the one that is being filled, or its turn may be the next.
void Replica::pushed_out(Topic& log) {
  if (log.readers == 0 && !log.is_view()) forget(log);
}

void Replica::expired(Topic& log) {
  if (log.readers == 0) forget(log);
}

bool Replica::full(bool hubs) const {
  return hubs ? hub_topics_ >= options_.hub_topics
              : topics_.size() - hub_topics_ >= options_.topics;
}

bool Replica::make_room(bool hubs) {
  if (read_topics_ == topics_.size()) return false;
  Topic* const oldest = hubs ? shelves_.oldest_unread(hub_shelf(), hub_shelf() + 1)
                             : shelves_.oldest_unread(0, hub_shelf());
  if (!oldest) return false;
  shelves_.clear(*oldest);
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
                                  hubs ? Policy::gap : classes_[shelf].policy)
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
