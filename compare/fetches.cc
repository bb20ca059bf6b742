#include "compare/fetches.h"

#include <algorithm>
#include <utility>

namespace lab {
namespace {

// From this urgency on a request is of less than high priority to Chromium.
constexpr std::uint8_t delayable = 2;
constexpr std::size_t most_delayable_when_tight = 2;

}  // namespace

Fetches::Fetches(const Surroundings& around, std::function<void(Need)> arrived)
    : around_(around), arrived_(std::move(arrived)) {}

Milliseconds Fetches::now() const {
  return std::chrono::duration<double, std::milli>(around_.loop.now() - around_.start).count();
}

// ------------------------------------------------------------------------------- asking

Fetches::Need Fetches::want(const Want& want) {
  const Need need = needs_.size();
  needs_.push_back({want});
  resolve(need);
  return need;
}

void Fetches::preload(const Want& want, Told how) {
  const Source source = how == Told::hint ? Source::hint : Source::link;
  Index index = nowhere;
  for (Index i = 0; i < fetches_.size() && index == nowhere; ++i) {
    const Fetch& fetch = fetches_[i];
    const bool push = fetch.source == Source::push && fetch.seen.fate != Fate::cancelled;
    if (same_key(fetch.want, want) || (push && fetch.want.target == want.target)) index = i;
  }
  if (index == nowhere) index = add(want, source);
  Resource& seen = fetches_[index].seen;
  auto& told = source == Source::hint ? seen.hinted : seen.discovered;
  if (!told) told = now();
}

void Fetches::elsewhere(const std::string& url, Kind kind) {
  if (std::ranges::any_of(fetches_, [&](const Fetch& one) { return one.want.target == url; }))
    return;
  Fetch fetch;
  fetch.want.target = url;
  fetch.want.kind = kind;
  fetch.state = State::done;
  fetch.seen.target = url;
  fetch.seen.kind = kind;
  fetch.seen.discovered = now();
  fetch.seen.fate = Fate::failed;
  fetches_.push_back(std::move(fetch));
}

void Fetches::resolve(Need need) {
  const Want& want = needs_[need].want;
  Index found = nowhere;
  for (Index i = 0; i < fetches_.size(); ++i) {
    const Match fits = match(fetches_[i], want);
    if (fits == Match::none) continue;
    if (found == nowhere || fits == Match::sure) found = i;
    if (fits == Match::sure) break;
  }
  if (found == nowhere) found = add(want, Source::page);
  attach(need, found);
}

// A preload element, a `link` and the page's own fetches match by their key, a push by its address.
// All else, a 103's fetches above all, is found only by way of the cache.
Fetches::Match Fetches::match(const Fetch& fetch, const Want& want) const {
  if (fetch.want.target != want.target) return Match::none;
  if (fetch.seen.fate == Fate::cancelled || fetch.seen.fate == Fate::failed) return Match::none;
  if (fetch.source == Source::push) return Match::sure;
  if (fetch.source != Source::hint && same_key(fetch.want, want)) return Match::sure;
  if (!fetch.headers && fetch.state != State::done) return Match::if_reusable;
  return fetch.reusable ? Match::if_reusable : Match::none;
}

void Fetches::attach(Need need, Index index) {
  const Want& want = needs_[need].want;
  needs_[need].fetch = index;
  Fetch& fetch = fetches_[index];
  if (fetch.seen.fate == Fate::unused) {
    fetch.seen.fate = Fate::used;
    fetch.seen.kind = want.kind;
    if (fetch.source == Source::push) fetch.want = want;
  }
  if (want.blocks == Blocks::rendering) fetch.seen.blocking = true;
  if (!fetch.seen.discovered && want.kind != Kind::document) fetch.seen.discovered = now();
  if (fetch.state == State::done) ready_.push_back(need);
}

Fetches::Index Fetches::add(const Want& want, Source source) {
  const Index index = fetches_.size();
  Fetch& fetch = fetches_.emplace_back();
  fetch.want = want;
  fetch.source = source;
  fetch.seen.target = want.target;
  fetch.seen.kind = want.kind;
  fetch.seen.urgency = want.urgency.level;
  fetch.seen.fate = Fate::unused;
  fetch.answer.target = want.target;
  if (want.kind != Kind::document) {
    if (const auto hit = around_.store.find(want.target, around_.cache)) {
      fetch.stored = hit->stored;
      if (hit->freshness == Store::Freshness::fresh) {
        fetch.state = State::done;
        fetch.reusable = true;
        fetch.seen.from = From::cache;
        fetch.seen.complete = now();
        return index;
      }
    }
  }
  queue_.push_back(index);
  return index;
}

// ------------------------------------------------------------------------------ sending

void Fetches::settle(const std::function<Phase()>& phase) {
  while (!ready_.empty()) {
    for (const Need need : std::exchange(ready_, {})) arrived_(need);
  }
  send_queued(phase());
}

void Fetches::send_queued(Phase phase) {
  if (queue_.empty()) return;
  std::ranges::stable_sort(queue_, {}, [this](Index i) { return fetches_[i].want.urgency.level; });
  auto delayed = static_cast<std::size_t>(std::ranges::count_if(fetches_, [](const Fetch& f) {
    return f.state == State::open && f.source != Source::push && f.want.urgency.level >= delayable;
  }));
  std::vector<Index> waiting;
  for (const Index index : std::exchange(queue_, {})) {
    const bool may_wait = fetches_[index].want.urgency.level >= delayable;
    if (may_wait && phase == Phase::tight && delayed >= most_delayable_when_tight) {
      waiting.push_back(index);
      continue;
    }
    if (may_wait) ++delayed;
    send(index);
  }
  queue_ = std::move(waiting);
}

void Fetches::send(Index index) {
  Fetch& fetch = fetches_[index];
  fetch.stream =
      around_.http.request(request_fields(around_.requester, fetch.want, fetch.stored.get()));
  fetch.seen.requested = now();
  if (fetch.stream <= 0) return complete(index, Fate::failed);
  fetch.state = State::open;
  by_stream_[fetch.stream] = index;
}

}  // namespace lab
