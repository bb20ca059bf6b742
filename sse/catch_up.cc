#include "sse/catch_up.h"

#include <algorithm>
#include <utility>

namespace sse {
namespace {

constexpr std::size_t longest_name = 256;  // bytes of a publisher's id, see refusal(Draft)

}  // namespace

CatchUp::CatchUp(Replica& replica, Matchers topics, std::string requested,
                 std::function<void()> news)
    : replica_(replica),
      news_(std::move(news)),
      topics_(std::move(topics)),
      requested_(std::move(requested)),
      backlog_(*replica.archive(), replica.page_room(), replica.loop(), *this, topics_) {
  const std::optional<EventId> id = EventId::parse(requested_);
  by_name_ = !id || id->epoch != replica_.epoch();
  if (!by_name_) after_ = id->seq;
}

void CatchUp::ask() {
  if (epoch_.empty() && by_name_) {
    backlog_.fetch_named(requested_.size() <= longest_name ? requested_ : std::string());
  } else {
    backlog_.fetch(after_);
  }
}

void CatchUp::begin_at_oldest(std::string_view reason) {
  reason_ = reason;
  after_ = 0;
  backlog_.fetch(0);
}

void CatchUp::page_arrived() {
  const Past& page = *backlog_.page();
  if (!accept(page)) return;
  if (reason_.empty() && page.lost > std::max(after_, told_)) reason_ = "expired";
  if (!reason_.empty()) {
    const std::uint64_t first = page.events.empty() ? page.newest : page.events.front()->seq();
    gap_ = Gap{.requested = requested_.substr(0, longest_echo),
               .resumed = EventId{epoch_, first}.print(),
               .earliest = page.events.empty() ? "" : EventId{epoch_, first}.print(),
               .complete_after = EventId{epoch_, page.lost}.print(),
               .reason = std::exchange(reason_, {})};
    told_ = page.lost;
  }
  place_ = 0;
  news_();
}

// The first page, of an id that may be a publisher's: it begins behind that one's event, or with
// the oldest. Whether it answers for what was asked, as for accept().
bool CatchUp::begin_in(const Past& page) {
  epoch_ = page.epoch;
  const std::optional<EventId> id = EventId::parse(requested_);
  if (page.named) {
    after_ = *page.named;
  } else if (!id) {
    reason_ = "malformed";
  } else if (id->epoch != page.epoch) {
    reason_ = "epoch";
  } else if (id->seq > page.newest) {
    reason_ = "ahead";
  } else if (id->seq > 0) {
    after_ = id->seq;
    backlog_.fetch(after_);
    return false;
  }
  return true;
}

// Whether the page answers for what was asked. If not, another one is on its way.
bool CatchUp::accept(const Past& page) {
  if (epoch_ == page.epoch) return true;
  if (epoch_.empty() && by_name_) return begin_in(page);
  const std::optional<EventId> id = EventId::parse(requested_);
  const bool anew = !epoch_.empty();  // the store has begun anew under this very reader
  epoch_ = page.epoch;
  told_ = 0;
  if (!reason_.empty() && !anew) return true;
  if (anew || id->epoch != page.epoch) {
    begin_at_oldest("epoch");
    return false;
  }
  if (id->seq > page.newest) {
    begin_at_oldest("ahead");
    return false;
  }
  return true;
}

std::optional<Gap> CatchUp::gap() { return std::exchange(gap_, std::nullopt); }

const EventRef* CatchUp::next() {
  const Past* page = backlog_.page();
  if (!page && !backlog_.fetching()) ask();
  if (!page || gap_) return nullptr;
  while (place_ < page->events.size() && !wanted(*page->events[place_])) take();
  if (place_ < page->events.size()) return &page->events[place_];
  after_ = std::max(after_, page->through);
  if (done()) return nullptr;
  if (page->through < page->newest) {
    backlog_.fetch(after_);
  } else {
    backlog_.fetch_later(after_);  // the replica is behind the store
  }
  return nullptr;
}

bool CatchUp::wanted(const Event& event) const {
  const bool comparable = replica_.epoch() == epoch_;
  return std::any_of(topics_.begin(), topics_.end(), [&](const TopicMatcher& topic) {
    const auto matches = [&](const std::string& name) { return topic.matches(name); };
    const bool asked = matches(event.topic()) ||
                       std::any_of(event.alternates().begin(), event.alternates().end(), matches);
    return asked && !(comparable && replica_.superseded(topic, event));
  });
}

void CatchUp::take() { after_ = backlog_.page()->events[place_++]->seq(); }

bool CatchUp::done() const {
  const Past* page = backlog_.page();
  return page && !gap_ && place_ == page->events.size() && replica_.epoch() == epoch_ &&
         std::all_of(topics_.begin(), topics_.end(),
                     [&](const TopicMatcher& topic) { return replica_.lost(topic) <= after_; });
}

std::string CatchUp::reached() const {
  if (epoch_.empty() || !reason_.empty()) return requested_;
  return EventId{epoch_, after_}.print();
}

}  // namespace sse
