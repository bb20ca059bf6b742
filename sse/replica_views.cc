// Of the replica: views, the logs of patterns, each of which has the events of all topics that it
// matches; and what is asked by a matcher, be it of one topic or a pattern.
#include <algorithm>

#include "sse/replica.h"

namespace sse {

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
  Views& all = views(hubs);
  const auto found = all.find(pattern);
  if (found != all.end()) return *found->second;
  // Once for each topic: this is what a pattern costs that is new.
  std::vector<Topic*> matched;
  for (auto& [name, topic] : topics_) {
    if (of_hub(topic) == hubs && pattern.matches(topic.parsed())) matched.push_back(&topic);
  }
  const std::vector<EventRef> events = merged(matched);
  std::uint64_t lost = forgotten(hubs);
  for (const Topic* topic : matched) lost = std::max(lost, topic->lost());
  const auto place = all.try_emplace(pattern).first;
  try {
    place->second =
        std::make_unique<Topic>(&place->first, lost, hubs ? hub_views_shelf() : views_shelf());
    Topic& view = *place->second;
    for (const EventRef& event : events) put(event, view);
    idle_views_.push_back(&view);
    for (Topic* topic : matched) topic->views.push_back(&view);
    return view;
  } catch (...) {
    // A view that lacks something would be believed by whoever asks for it next.
    Topic* const view = place->second.get();
    for (Topic* topic : matched) std::erase(topic->views, view);
    std::erase(idle_views_, view);
    if (view) empty(*view);
    all.erase(place);
    throw;
  }
}

// The topics' events in the one order; some may come several times.
std::vector<EventRef> Replica::merged(std::span<Topic* const> topics) {
  std::vector<EventRef> events;
  for (const Topic* topic : topics) {
    for (auto at = topic->first(); at != topic->end(); ++at) events.push_back(topic->at(at));
  }
  std::sort(events.begin(), events.end(),
            [](const EventRef& a, const EventRef& b) { return a->seq() < b->seq(); });
  return events;
}

// The first of those that nobody reads, all at once: each time, every topic is asked.
void Replica::forget_idle_views(std::size_t count) {
  const auto end = idle_views_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Topic*> views(idle_views_.begin(), end);
  idle_views_.erase(idle_views_.begin(), end);
  std::sort(views.begin(), views.end());
  for (auto& [name, topic] : topics_) {
    std::erase_if(topic.views, [&](Topic* view) {
      return std::binary_search(views.begin(), views.end(), view);
    });
  }
  for (Topic* view : views) drop_view(*view);
}

void Replica::forget_view(Topic& view) {
  std::erase(idle_views_, &view);
  idle_views_.insert(idle_views_.begin(), &view);
  forget_idle_views(1);
}

// No topic has it any more.
void Replica::drop_view(Topic& view) {
  empty(view);
  views(of_hub(view)).erase(view.matcher());
}

// It is about to go.
void Replica::empty(Topic& view) {
  if (view.touched) std::erase(touched_, &view);
  Shelf& shelf = shelf_of(view);
  if (!view.empty()) shelf.oldest.erase({view.at(view.first())->seq(), &view});
  shelf.bytes -= view.bytes();
  bytes_ -= view.bytes();
}

}  // namespace sse
