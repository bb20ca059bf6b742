#include "sse/audience.h"

#include <algorithm>

namespace sse {
namespace {
// Below, a browser would hammer the server; above, its user would think it dead.
constexpr std::chrono::milliseconds shortest_retry{250};
constexpr std::chrono::milliseconds longest_retry{300'000};
constexpr std::chrono::milliseconds tenth{100};
constexpr double burst_seconds = 2;
constexpr std::size_t looked_at = 5000;  // a millisecond's worth
}  // namespace

Audience::Audience(net::Loop& loop, Options options)
    : loop_(loop),
      options_(options),
      timer_(loop, [this] { beat(); }),
      admissions_(static_cast<double>(options.arrivals) * burst_seconds),
      admitted_(loop.now()) {}

std::optional<Audience::Place> Audience::enter(std::uint64_t connection) {
  if (draining_) return std::nullopt;
  const auto found = connections_.find(connection);
  const std::size_t streams = found == connections_.end() ? 0 : found->second;
  if (subscribers_ >= options_.subscribers || streams >= options_.per_connection) {
    ++put_off.subscribers;
    return std::nullopt;
  }
  if (!admits()) {
    ++put_off.arrivals;
    return std::nullopt;
  }
  connections_[connection] = streams + 1;
  ++subscribers_;
  return std::optional<Place>(std::in_place, *this, connection);
}

bool Audience::admits() {
  const auto rate = static_cast<double>(options_.arrivals);
  const std::chrono::duration<double> passed = loop_.now() - admitted_;
  admitted_ = loop_.now();
  admissions_ = std::min(admissions_ + passed.count() * rate, rate * burst_seconds);
  if (admissions_ < 1) return false;
  --admissions_;
  return true;
}

void Audience::leave(std::uint64_t connection) {
  --subscribers_;
  const auto found = connections_.find(connection);
  if (--found->second == 0) connections_.erase(found);
}

void Audience::idle(Member& member) {
  member.due = loop_.now() + jitter_.around(options_.heartbeat, 0.1);
  idlers_.push_back(member);
  if (draining_) member.due = tenth_ + tenth;
  if (!timer_.armed()) timer_.start(member.due - loop_.now());
}

Audience::Lag Audience::lag() {
  Lag lag;
  busy_.each_of_first(looked_at, [&lag](const Member& member) {
    const std::uint64_t events = member.behind();
    if (events > 0) ++lag.streams;
    lag.events = std::max(lag.events, events);
  });
  return lag;
}

void Audience::beat() {
  if (draining_) return rouse_those_who_may_go();
  while (!idlers_.empty() && idlers_.front().due <= loop_.now()) {
    Member& idler = idlers_.front();
    idler.unlink();
    idler.rouse();
  }
  if (!idlers_.empty()) timer_.start(idlers_.front().due - loop_.now());
}

void Audience::drain() {
  draining_ = true;
  const auto tenths = std::max<std::size_t>(1, static_cast<std::size_t>(options_.grace / tenth));
  share_ = std::max({options_.departures / 10, subscribers_ / tenths + 1, std::size_t{1}});
  renew_departures();
  timer_.stop();  // it may stand for a heartbeat that is far away
  rouse_those_who_may_go();
}

void Audience::renew_departures() {
  tenth_ = loop_.now();
  departures_left_ = share_;
}

bool Audience::sends_away() {
  if (!draining_) return false;
  if (loop_.now() - tenth_ >= tenth) renew_departures();
  if (departures_left_ == 0) return false;
  --departures_left_;
  return true;
}

// A stream that is roused asks whether it is to go; one that is busy asks by itself.
void Audience::rouse_those_who_may_go() {
  if (loop_.now() - tenth_ >= tenth) renew_departures();
  for (std::size_t left = departures_left_; left > 0 && !idlers_.empty(); --left) {
    Member& idler = idlers_.front();
    idler.unlink();
    idler.rouse();
  }
  if (!idlers_.empty()) timer_.start(tenth);
}

net::Clock::time_point Audience::before(net::Clock::time_point end) {
  const net::Clock::time_point now = loop_.now();
  if (end == net::Clock::time_point::max() || end <= now) return end;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - now);
  return now + jitter_.around(left * 39 / 40, 0.025);
}

std::string Audience::retry() {
  const auto wait = std::clamp(jitter_.around(options_.retry, 0.25), shortest_retry, longest_retry);
  return "retry: " + std::to_string(wait.count()) + "\n\n";
}

}  // namespace sse
