// Of the replica: views, the logs of patterns, each of which has the events of all topics that it
// matches; and what is asked by a matcher, be it of one topic or a pattern.
#include <algorithm>
#include <iterator>
#include <utility>

#include "sse/replica.h"

namespace sse {
namespace {
// Pieces of work: so many that a look at the clock between two costs little.
constexpr std::size_t topics_together = 8;
// What comparing a topic costs grows with its name, from what 32 bytes cost.
constexpr std::size_t names_together = 1024;
constexpr std::size_t least_of_name = 32;
constexpr std::size_t events_together = 16;
}  // namespace

Topic& Replica::join(const TopicMatcher& wanted) {
  if (wanted.is_exact()) return join(wanted.text());
  return read_view(view_of(wanted));
}

Topic& Replica::join_hub(const TopicMatcher& wanted) { return read_view(view_of(wanted, true)); }

// Views of the hub's topics have readers of the other view of their pattern: there are no more.
Topic& Replica::read_view(Topic& view) {
  if (view.readers++ == 0) {
    if (!of_hub(view)) ++read_views_;
    std::erase(idle_views_, &view);
  }
  return view;
}

const Topic& Replica::find_hub(const TopicMatcher& wanted) { return view_of(wanted, true); }

// What a URL pattern cannot match is not seen by its text.
bool Replica::reaches_hub(const TopicMatcher& wanted) const {
  using Type = TopicMatcher::Type;
  if (hub_prefix_.empty() || wanted.is_exact()) return false;
  if (wanted.type() == Type::any || wanted.type() == Type::url_pattern) return true;
  std::string_view literal = wanted.text();
  if (wanted.type() == Type::uri_template) literal = literal.substr(0, literal.find('{'));
  return literal.starts_with(hub_prefix_) || hub_prefix_.starts_with(literal);
}

const Topic* Replica::find(const TopicMatcher& wanted) {
  return wanted.is_exact() ? find(wanted.text()) : &view_of(wanted);
}

std::uint64_t Replica::lost(const TopicMatcher& wanted) {
  return wanted.is_exact() ? lost(wanted.text()) : view_of(wanted).lost();
}

bool Replica::has_room(std::span<const TopicMatcher> wanted) const {
  std::size_t topics = 0;
  std::size_t patterns = 0;
  for (const TopicMatcher& matcher : wanted) {
    if (!matcher.is_exact()) {
      patterns += views_.contains(matcher) ? 0 : 1;
    } else if (!find(matcher.text())) {
      ++topics;
    }
  }
  // Topics and views without readers make way.
  return read_topics_ + topics <= options_.topics && read_views_ + patterns <= options_.patterns;
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

Topic& Replica::view_of(const TopicMatcher& pattern, bool hubs) {
  const auto found = views(hubs).find(pattern);
  if (found != views(hubs).end()) {
    while (!gather(pattern, hubs)) {
    }
    return *found->second;
  }
  const std::unique_ptr<Gathering> work = begin_gathering(pattern, hubs);
  try {
    while (!gather(*work)) {
    }
  } catch (...) {
    give_up(*work);
    throw;
  }
  finish(*work);
  return work->view();
}

bool Replica::is_gathered(const TopicMatcher& pattern, bool hubs) const {
  const Views& all = hubs ? hub_views_ : views_;
  const auto found = all.find(pattern);
  return found != all.end() && !found->second->gathering;
}

bool Replica::gather(const TopicMatcher& pattern, bool hubs) {
  if (is_gathered(pattern, hubs)) return true;
  const auto wanted = [&](const Topic& view) {
    return *view.pattern() == pattern && of_hub(view) == hubs;
  };
  if (gathering_ && !wanted(gathering_->view())) stop_gathering();
  if (!gathering_) gathering_ = begin_gathering(pattern, hubs);
  try {
    if (!gather(*gathering_)) return false;
  } catch (...) {
    stop_gathering();
    throw;
  }
  finish(*gathering_);
  gathering_.reset();
  return true;
}

void Replica::stop_gathering() {
  if (const auto stopped = std::move(gathering_)) give_up(*stopped);
}

// Its view is read, by nobody, until it has what it should have: so it does not go meanwhile.
std::unique_ptr<Gathering> Replica::begin_gathering(const TopicMatcher& pattern, bool hubs) {
  Views& all = views(hubs);
  const std::size_t shelf = hubs ? hub_views_shelf() : views_shelf();
  const Retention& keep = shelves_.of(shelf);
  const auto place = all.try_emplace(pattern).first;
  try {
    place->second = std::make_unique<Topic>(&place->first, forgotten(hubs), shelf);
    Topic& view = *place->second;
    auto work = std::make_unique<Gathering>(view, keep.events, keep.topic_bytes, view.lost());
    view.gathering = work.get();
    read_view(view);
    return work;
  } catch (...) {
    all.erase(place);
    throw;
  }
}

// A piece; true: that was all.
bool Replica::gather(Gathering& work) {
  if (work.comparing()) {
    compare(work);
    return false;
  }
  for (std::size_t i = 0; i < events_together; ++i) {
    if (work.take()) continue;
    const EventRef event = work.next();
    if (!event) return true;
    put(event, work.view());
  }
  return false;
}

void Replica::compare(Gathering& work) {
  const bool hubs = of_hub(work.view());
  auto at = work.reached() ? topics_.upper_bound(*work.reached()) : topics_.begin();
  for (std::size_t bytes = 0; bytes < names_together && at != topics_.end(); ++at) {
    Topic& topic = at->second;
    bytes += least_of_name + topic.name().size();
    if (of_hub(topic) == hubs && work.view().pattern()->matches(topic.parsed())) work.link(topic);
  }
  if (at == topics_.end()) return work.compared();
  work.reach(std::prev(at)->first);
}

void Replica::finish(Gathering& work) {
  Topic& view = work.view();
  view.miss(work.lost());
  view.gathering = nullptr;
  leave(view);
}

// A view that lacks something would be believed by whoever asks for it next.
void Replica::give_up(Gathering& work) {
  work.view().gathering = nullptr;
  leave(work.view());
  forget_view(work.view());
}

void Replica::put_into_view(const EventRef& event, Topic& view) {
  if (view.forgotten) return;
  if (view.gathering) return view.gathering->late(event);
  put(event, view);
}

void Replica::forget_idle_views(std::size_t count) {
  const auto end = idle_views_.begin() + static_cast<std::ptrdiff_t>(count);
  const std::vector<Topic*> views(idle_views_.begin(), end);
  idle_views_.erase(idle_views_.begin(), end);
  for (Topic* view : views) bury(*view);
}

void Replica::forget_view(Topic& view) {
  std::erase(idle_views_, &view);
  bury(view);
}

void Replica::bury(Topic& view) {
  if (view.touched) std::erase(touched_, &view);
  shelves_.remove(view);
  view.forgotten = true;
  buried_.push_back(views(of_hub(view)).extract(*view.pattern()));
  sweeping_.schedule();
}

// A piece; false: no view is left. Those that are forgotten meanwhile wait for the next time that
// every topic is asked.
bool Replica::sweep() {
  if (swept_.empty()) {
    if (buried_.empty()) return false;
    swept_.swap(buried_);
    swept_to_.reset();
    unlinked_ = false;
  }
  if (!unlinked_) {
    auto at = swept_to_ ? topics_.upper_bound(*swept_to_) : topics_.begin();
    for (std::size_t i = 0; i < topics_together && at != topics_.end(); ++i, ++at) {
      std::erase_if(at->second.views, [](const Topic* view) { return view->forgotten; });
    }
    unlinked_ = at == topics_.end();
    if (!unlinked_) swept_to_ = std::prev(at)->first;
    return true;
  }
  Topic& view = *swept_.back().mapped();
  for (std::size_t i = 0; i < events_together && !view.empty(); ++i) view.drop_first();
  if (view.empty()) swept_.pop_back();
  return true;
}

}  // namespace sse
