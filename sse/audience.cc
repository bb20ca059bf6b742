#include "sse/audience.h"

#include <algorithm>

namespace sse {
namespace {
// Below, a browser would hammer the server; above, its user would think it dead.
constexpr std::chrono::milliseconds shortest_retry{250};
constexpr std::chrono::milliseconds longest_retry{300'000};
}  // namespace

Audience::Audience(net::Loop& loop, Options options)
    : loop_(loop), options_(options), timer_(loop, [this] { beat(); }) {}

bool Audience::enter(std::uint64_t connection) {
  if (draining_ || subscribers_ >= options_.subscribers) return false;
  const auto found = connections_.find(connection);
  const std::size_t streams = found == connections_.end() ? 0 : found->second;
  if (streams >= options_.per_connection) return false;
  connections_[connection] = streams + 1;
  ++subscribers_;
  return true;
}

void Audience::leave(std::uint64_t connection) {
  --subscribers_;
  const auto found = connections_.find(connection);
  if (--found->second == 0) connections_.erase(found);
}

void Audience::idle(Idler& idler) {
  idler.due = loop_.now() + jitter_.around(options_.heartbeat, 0.1);
  idlers_.push_back(idler);
  if (!timer_.armed()) timer_.start(idler.due - loop_.now());
}

void Audience::beat() {
  while (!idlers_.empty() && idlers_.front().due <= loop_.now()) {
    Idler& idler = idlers_.front();
    idler.unlink();
    idler.rouse();
  }
  if (!idlers_.empty()) timer_.start(idlers_.front().due - loop_.now());
}

void Audience::drain() {
  draining_ = true;
  Chain<Idler> roused;
  roused.take(idlers_);
  while (!roused.empty()) {
    Idler& idler = roused.front();
    idler.unlink();
    idler.rouse();
  }
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
