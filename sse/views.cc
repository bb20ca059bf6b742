#include "sse/views.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sse {
namespace {

constexpr std::size_t most_idle = 64;
constexpr std::size_t idle_forgotten = 48;  // at once, when there are more
// Pieces of work: so many that a look at the clock between two costs little.
constexpr std::size_t topics_together = 8;
// What comparing a topic costs grows with its name, from what 32 bytes cost.
constexpr std::size_t names_together = 1024;
constexpr std::size_t least_of_name = 32;
constexpr std::size_t events_together = 16;

}  // namespace

Topic& Views::of(const TopicMatcher& pattern, std::uint64_t lost) {
  const auto found = all_.find(pattern);
  if (found != all_.end()) {
    while (!gather(pattern, lost)) {
    }
    return *found->second;
  }
  const std::unique_ptr<Gathering> work = begin_gathering(pattern, lost);
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

Topic& Views::read(Topic& view) {
  if (view.readers++ == 0) {
    ++read_;
    std::erase(idle_, &view);
  }
  return view;
}

void Views::leave(Topic& view) {
  if (--view.readers != 0) return;
  --read_;
  idle_.push_back(&view);
  if (idle_.size() > most_idle) forget_idle(idle_forgotten);
}

bool Views::is_gathered(const TopicMatcher& pattern) const {
  const auto found = all_.find(pattern);
  return found != all_.end() && !found->second->gathering;
}

bool Views::gather(const TopicMatcher& pattern, std::uint64_t lost) {
  if (is_gathered(pattern)) return true;
  if (gathering_ && *gathering_->view().pattern() != pattern) stop_gathering();
  if (!gathering_) gathering_ = begin_gathering(pattern, lost);
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

void Views::stop_gathering() {
  if (const auto stopped = std::move(gathering_)) give_up(*stopped);
}

// Its view is read, by nobody, until it has what it should have: so it does not go meanwhile.
std::unique_ptr<Gathering> Views::begin_gathering(const TopicMatcher& pattern, std::uint64_t lost) {
  const Retention& keep = shelves_.of(place_.views);
  const auto place = all_.try_emplace(pattern).first;
  try {
    place->second = std::make_unique<Topic>(&place->first, lost, place_.views);
    Topic& view = *place->second;
    auto work = std::make_unique<Gathering>(view, keep.events, keep.topic_bytes, view.lost());
    view.gathering = work.get();
    read(view);
    return work;
  } catch (...) {
    all_.erase(place);
    throw;
  }
}

// A piece; true: that was all.
bool Views::gather(Gathering& work) {
  if (work.comparing()) {
    compare(work);
    return false;
  }
  for (std::size_t i = 0; i < events_together; ++i) {
    if (work.take()) continue;
    const EventRef event = work.next();
    if (!event) return true;
    owner_.put(event, work.view());
  }
  return false;
}

void Views::compare(Gathering& work) {
  auto at = work.reached() ? topics_.upper_bound(*work.reached()) : topics_.begin();
  for (std::size_t bytes = 0; bytes < names_together && at != topics_.end(); ++at) {
    Topic& topic = at->second;
    bytes += least_of_name + topic.name().size();
    if (is_of(topic) && work.view().pattern()->matches(topic.parsed())) work.link(topic);
  }
  if (at == topics_.end()) return work.compared();
  work.reach(std::prev(at)->first);
}

void Views::finish(Gathering& work) {
  Topic& view = work.view();
  view.miss(work.lost());
  view.gathering = nullptr;
  leave(view);
}

// A view that lacks something would be believed by whoever asks for it next.
void Views::give_up(Gathering& work) {
  work.view().gathering = nullptr;
  leave(work.view());
  forget(work.view());
}

void Views::link(Topic& topic) {
  const ParsedTopic parsed = topic.parsed();
  for (auto& [pattern, view] : all_) {
    if (view->gathering && view->gathering->ahead(topic.name())) continue;
    if (pattern.matches(parsed)) topic.views.push_back(view.get());
  }
}

void Views::unlink(Topic& topic) {
  for (Topic* view : topic.views) {
    if (view->gathering) view->gathering->forget(topic);
  }
  if (gathering_ && gathering_->ahead(topic.name())) gathering_->forget(topic);
}

void Views::add(const EventRef& event, Topic& view) {
  if (view.forgotten) return;
  if (view.gathering) return view.gathering->late(event);
  owner_.put(event, view);
}

void Views::add(const EventRef& event, const ParsedTopic& topic) {
  for (auto& [pattern, view] : all_) {
    if (pattern.matches(topic)) add(event, *view);
  }
}

void Views::restart(std::uint64_t lost, const std::function<void(Topic&)>& restart) {
  for (auto& [pattern, view] : all_) restart(*view);
  if (gathering_) gathering_->restart(lost);
}

void Views::forget_idle(std::size_t count) {
  const auto end = idle_.begin() + static_cast<std::ptrdiff_t>(count);
  const std::vector<Topic*> views(idle_.begin(), end);
  idle_.erase(idle_.begin(), end);
  for (Topic* view : views) bury(*view);
}

void Views::forget(Topic& view) {
  std::erase(idle_, &view);
  bury(view);
}

void Views::bury(Topic& view) {
  owner_.forgetting(view);
  shelves_.remove(view);
  view.forgotten = true;
  buried_.push_back(all_.extract(*view.pattern()));
  sweeping_.schedule();
}

// A piece; false: no view is left. Those that are forgotten meanwhile wait for the next time that
// every topic is asked.
bool Views::sweep() {
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
