// Fetches, second half: what the server answers, and the record of it.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "compare/fetches.h"
#include "compare/reuse.h"

namespace lab {
namespace {

bool good_status(int status) { return status >= 200 && status < 300; }

}  // namespace

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
