#include "compare/fetches.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "compare/reuse.h"

namespace lab {
namespace {

// From this urgency on a request is of less than high priority to Chromium.
constexpr std::uint8_t delayable = 2;
constexpr std::size_t most_delayable_when_tight = 2;

bool good_status(int status) { return status >= 200 && status < 300; }

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
  std::size_t delayed =
      static_cast<std::size_t>(std::ranges::count_if(fetches_, [](const Fetch& f) {
        return f.state == State::open && f.source != Source::push &&
               f.want.urgency.level >= delayable;
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

// ---------------------------------------------------------------------------- happening

void Fetches::happened(const Http2Client::Event& event) {
  using Event = Http2Client::Event;
  if (event.kind == Event::Kind::promise) return promised(event);
  const auto found = by_stream_.find(event.stream);
  if (found == by_stream_.end() || fetches_[found->second].state != State::open) return;
  const Index index = found->second;
  switch (event.kind) {
    case Event::Kind::headers:
      return head(index, event.fields);
    case Event::Kind::content:
      return content(index, event.content);
    case Event::Kind::ended:
      return complete(index, Fate::used);
    case Event::Kind::broken:
      return complete(index, Fate::failed);
    default:
      return;
  }
}

// Known already: in the cache and fresh, or asked for.
bool Fetches::promised_in_vain(const std::string& target) const {
  const auto hit = around_.store.find(target, around_.cache);
  if (hit && hit->freshness == Store::Freshness::fresh) return true;
  return std::ranges::any_of(fetches_, [&](const Fetch& fetch) {
    return fetch.want.target == target && fetch.state != State::queued;
  });
}

void Fetches::promised(const Http2Client::Event& event) {
  const std::string target(event.fields.get(":path").value_or(""));
  const bool vain = event.fields.get(":method") != "GET" ||
                    event.fields.get(":authority") != around_.requester.authority ||
                    promised_in_vain(target);
  Index index = nowhere;
  if (!vain) {
    const auto waiting =
        std::ranges::find(queue_, target, [this](Index i) { return fetches_[i].want.target; });
    if (waiting != queue_.end()) {
      index = *waiting;
      queue_.erase(waiting);
    }
  }
  if (index == nowhere) {
    index = fetches_.size();
    Fetch& fetch = fetches_.emplace_back();
    fetch.want.target = target;
    fetch.seen.target = target;
    fetch.seen.fate = vain ? Fate::cancelled : Fate::unused;
    fetch.answer.target = target;
    if (const auto hit = around_.store.find(target, around_.cache)) fetch.stored = hit->stored;
  }
  Fetch& fetch = fetches_[index];
  fetch.source = Source::push;
  fetch.seen.from = From::push;
  fetch.seen.promised = now();
  fetch.stream = event.promised;
  fetch.state = vain ? State::done : State::open;
  if (vain) return around_.http.cancel(event.promised);
  by_stream_[event.promised] = index;
}

void Fetches::head(Index index, const http::Headers& fields) {
  Fetch& fetch = fetches_[index];
  const auto field = [&](std::string_view name) {
    return std::string(fields.get(name).value_or(""));
  };
  fetch.headers = true;
  fetch.seen.first_byte = now();
  fetch.seen.status = std::atoi(field(":status").c_str());
  fetch.answer.type = field("content-type");
  fetch.answer.encoding = field("content-encoding");
  fetch.answer.etag = field("etag");
  fetch.answer.last_modified = field("last-modified");
  fetch.storable = may_store(fields) && good_status(fetch.seen.status);
  fetch.reusable = may_reuse(fields) && fetch.storable;
  if (fetch.seen.status == 304 && fetch.stored) {
    fetch.seen.from = From::validated;
    fetch.reusable = true;
  }
  if (fetch.source == Source::push && fetch.seen.fate == Fate::unused) {
    fetch.seen.kind = fetch.want.kind = kind_of_type(fetch.answer.type);
  }
  part_if_not_reusable(index);
}

// Whoever waited for this answer to reach the cache, and now hears that it will not, asks anew.
void Fetches::part_if_not_reusable(Index index) {
  if (fetches_[index].reusable || fetches_[index].source == Source::push) return;
  const bool hint = fetches_[index].source == Source::hint;
  bool needed = false;
  const std::size_t count = needs_.size();
  for (Need need = 0; need < count; ++need) {
    if (needs_[need].fetch != index) continue;
    if (!hint && same_key(fetches_[index].want, needs_[need].want)) {
      needed = true;
      continue;
    }
    needs_[need].fetch = nowhere;
    resolve(need);
  }
  if (!needed) fetches_[index].seen.fate = Fate::unused;
}

void Fetches::content(Index index, std::span<const std::byte> bytes) {
  Fetch& fetch = fetches_[index];
  fetch.seen.content += bytes.size();
  if (fetch.seen.content > longest_.bytes) longest_ = {fetch.seen.content, fetch.want.target};
  if (!is_code(fetch.answer.type)) return;  // nobody reads the rest
  fetch.answer.content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void Fetches::complete(Index index, Fate fate) {
  Fetch& fetch = fetches_[index];
  fetch.state = State::done;
  const bool whole = fate != Fate::failed;
  if (whole) fetch.seen.complete = now();
  const bool good = whole && (good_status(fetch.seen.status) || fetch.seen.from == From::validated);
  if (!good) fetch.seen.fate = Fate::failed;
  const bool again = fetch.source == Source::push && !whole;  // asked for after all
  const std::size_t count = needs_.size();
  for (Need need = 0; need < count; ++need) {
    if (needs_[need].fetch != index) continue;
    if (again) {
      resolve(need);
    } else {
      ready_.push_back(need);
    }
  }
}

// -------------------------------------------------------------------------------- what came

bool Fetches::done(Need need) const { return fetches_[needs_[need].fetch].state == State::done; }

bool Fetches::good(Need need) const {
  const Fetch& fetch = fetches_[needs_[need].fetch];
  return fetch.state == State::done && fetch.seen.fate != Fate::failed;
}

const Stored& Fetches::Fetch::content() const {
  const bool cached = seen.from == From::cache || seen.from == From::validated;
  return cached ? *stored : answer;
}

const Stored& Fetches::answer(Need need) const { return fetches_[needs_[need].fetch].content(); }

std::size_t Fetches::in_flight() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      fetches_, [](const Fetch& fetch) { return fetch.state != State::done; }));
}

std::vector<std::string> Fetches::unfinished() const {
  std::vector<std::string> targets;
  for (const Fetch& fetch : fetches_) {
    if (fetch.state != State::done) targets.push_back(fetch.want.target);
  }
  return targets;
}

// ------------------------------------------------------------------------------- the record

std::vector<Resource> Fetches::resources() const {
  std::vector<Resource> all;
  all.reserve(fetches_.size());
  for (const Fetch& fetch : fetches_) {
    all.push_back(fetch.seen);
    // What had left before the server heard that it was not wanted.
    if (fetch.seen.fate == Fate::cancelled) {
      all.back().content = around_.http.content_of(fetch.stream);
    }
  }
  return all;
}

std::uint64_t Fetches::wasted() const {
  std::uint64_t bytes = 0;
  for (const Fetch& fetch : fetches_) {
    const bool cancelled = fetch.seen.fate == Fate::cancelled;
    const bool known =
        fetch.source == Source::push && fetch.stored && same_version(fetch.answer, *fetch.stored);
    if (cancelled) bytes += around_.http.content_of(fetch.stream);
    if (!cancelled && (fetch.seen.fate == Fate::unused || known)) bytes += fetch.seen.content;
  }
  return bytes;
}

std::vector<std::shared_ptr<const Stored>> Fetches::storable() const {
  std::vector<std::shared_ptr<const Stored>> answers;
  for (const Fetch& fetch : fetches_) {
    const bool asset = fetch.want.kind != Kind::document && fetch.seen.fate == Fate::used;
    if (asset && fetch.storable) answers.push_back(std::make_shared<const Stored>(fetch.answer));
  }
  return answers;
}

}  // namespace lab
