#include "sse/replica.h"

#include <algorithm>
#include <utility>

#include "sse/parsed_topic.h"

namespace sse {
namespace {

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
      classes_(rest_of(options_), options_.classes),
      conflates_(std::any_of(options_.classes.begin(), options_.classes.end(),
                             [](const TopicClass& c) { return c.policy == Policy::conflate; })),
      shelves_(loop, shelves_for(classes_, options_), *this),
      others_{.most_topics = options_.topics,
              .views{loop, topics_, shelves_, *this, {0, classes_.size(), classes_.size() + 1}}},
      hub_{.most_topics = options_.hub_topics,
           .views{loop,
                  topics_,
                  shelves_,
                  *this,
                  {classes_.size(), classes_.size() + 1, classes_.size() + 2}}},
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
  others_.forgotten = hub_.forgotten = tail;
  checkpoint_ = "id: " + id(tail).print() + "\n\n";
  others_.views.forget_idle();
  hub_.views.forget_idle();
  shelves_.restart();
  named_.clear();
  touched_.clear();
  std::erase_if(topics_, [this](const auto& entry) {
    if (entry.second.readers > 0) return false;
    --realm_of(entry.second).topics;
    return true;
  });
  const auto restart = [&](Topic& log) {
    log.restart(tail);
    touch(log);
  };
  for (auto& [name, topic] : topics_) restart(topic);
  others_.views.restart(tail, restart);
  hub_.views.restart(tail, restart);
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
    Realm& realm = this->realm(is_hubs(name));
    if (realm.topics >= realm.most_topics && !make_room(realm)) {
      realm.forgotten = event->seq();
      unasked_ += realm.views.size();
      realm.views.add(event, ParsedTopic(name));
      return;
    }
    make_topic(name);
    found = topics_.find(name);
  }
  Topic& topic = found->second;
  unasked_ += topic.views.size();
  Views& views = realm_of(topic).views;
  for (Topic* view : topic.views) views.add(event, *view);
  if (!event->publisher_id().empty() && &name == &event->topic()) {
    named_.emplace(event->publisher_id(), event->seq());
  }
  put(event, topic);
}

// A log takes an event once, by whichever of its topics it comes.
void Replica::put(const EventRef& event, Topic& log) {
  if (log.newest() == event->seq()) return;
  ++revision_;
  touch(log);
  shelves_.put(event, log);
}

void Replica::touch(Topic& log) {
  if (log.touched) return;
  touched_.push_back(&log);
  log.touched = true;
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

void Replica::forgetting(Topic& view) {
  if (view.touched) std::erase(touched_, &view);
}

bool Replica::make_room(Realm& realm) {
  if (read_topics_ == topics_.size()) return false;
  const Views::Place& place = realm.views.place();
  Topic* const oldest = shelves_.oldest_unread(place.first, place.end);
  if (!oldest) return false;
  shelves_.clear(*oldest);
  forget(*oldest);
  return true;
}

void Replica::forget(Topic& topic) {
  Realm& realm = realm_of(topic);
  if (topic.is_view()) return realm.views.forget(topic);
  realm.forgotten = std::max(realm.forgotten, topic.lost());
  realm.views.unlink(topic);
  --realm.topics;
  if (topic.touched) std::erase(touched_, &topic);
  topics_.erase(topics_.find(topic.name()));
}

Topic& Replica::make_topic(std::string_view name) {
  const bool hubs = is_hubs(name);
  Realm& realm = this->realm(hubs);
  const std::size_t shelf = hubs ? realm.views.place().first : classes_.index_of(name);
  Topic& topic = topics_
                     .try_emplace(std::string(name), std::string(name), realm.forgotten, shelf,
                                  hubs ? Policy::gap : classes_[shelf].policy)
                     .first->second;
  ++realm.topics;
  unasked_ += realm.views.size();
  realm.views.link(topic);
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
    Realm& realm = this->realm(is_hubs(name));
    if (realm.topics >= realm.most_topics) make_room(realm);
    make_topic(name);
    found = topics_.find(name);
  }
  if (found->second.readers++ == 0) ++read_topics_;
  return found->second;
}

Topic& Replica::join(const TopicMatcher& wanted) {
  if (wanted.is_exact()) return join(wanted.text());
  return others_.views.read(view_of(wanted, others_));
}

Topic& Replica::join_hub(const TopicMatcher& wanted) {
  return hub_.views.read(view_of(wanted, hub_));
}

void Replica::leave(Topic& topic) {
  if (topic.is_view()) return realm_of(topic).views.leave(topic);
  if (--topic.readers != 0) return;
  --read_topics_;
  if (topic.empty()) forget(topic);
}

// Topics and views without readers make way. Views of the hub's topics have readers of the other
// view of their pattern: there are no more.
bool Replica::has_room(std::span<const TopicMatcher> wanted) const {
  std::size_t topics = 0;
  std::size_t patterns = 0;
  for (const TopicMatcher& matcher : wanted) {
    if (!matcher.is_exact()) {
      patterns += others_.views.has(matcher) ? 0 : 1;
    } else if (!find(matcher.text())) {
      ++topics;
    }
  }
  return read_topics_ + topics <= options_.topics &&
         others_.views.with_readers() + patterns <= options_.patterns;
}

// What a URL pattern cannot match is not seen by its text.
bool Replica::reaches_hub(const TopicMatcher& wanted) const {
  using Type = TopicMatcher::Type;
  if (hub_prefix_.empty() || wanted.is_exact()) return false;
  if (wanted.type() == Type::any || wanted.type() == Type::url_pattern) return true;
  std::string_view literal = wanted.text();
  if (wanted.type() == Type::uri_template) literal = literal.substr(0, literal.find('{'));
  return literal.starts_with(hub_prefix_) || hub_prefix_.starts_with(literal);
}

Topic& Replica::view_of(const TopicMatcher& pattern, Realm& realm) {
  return realm.views.of(pattern, realm.forgotten);
}

bool Replica::is_gathered(const TopicMatcher& pattern, bool hubs) const {
  return realm(hubs).views.is_gathered(pattern);
}

bool Replica::gather(const TopicMatcher& pattern, bool hubs) {
  if (is_gathered(pattern, hubs)) return true;
  realm(!hubs).views.stop_gathering();
  return realm(hubs).views.gather(pattern, realm(hubs).forgotten);
}

void Replica::stop_gathering() {
  others_.views.stop_gathering();
  hub_.views.stop_gathering();
}

const Topic* Replica::find(const TopicMatcher& wanted) {
  return wanted.is_exact() ? find(wanted.text()) : &view_of(wanted, others_);
}

const Topic& Replica::find_hub(const TopicMatcher& wanted) { return view_of(wanted, hub_); }

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
  return realm(is_hubs(name)).forgotten;
}

std::uint64_t Replica::lost(const TopicMatcher& wanted) {
  return wanted.is_exact() ? lost(wanted.text()) : view_of(wanted, others_).lost();
}

bool Replica::superseded(const TopicMatcher& wanted, const Event& event) const {
  if (!conflates_) return false;
  const auto stands = [&](const std::string& name) {
    if (!wanted.matches(name)) return false;
    const Topic* topic = find(name);
    return !topic || !topic->superseded(event);
  };
  return !stands(event.topic()) &&
         std::none_of(event.alternates().begin(), event.alternates().end(), stands);
}

std::optional<std::uint64_t> Replica::seq_of(std::string_view publisher_id) const {
  const auto found = named_.lower_bound(publisher_id);
  if (found == named_.end() || found->first != publisher_id) return std::nullopt;
  return found->second;
}

}  // namespace sse
