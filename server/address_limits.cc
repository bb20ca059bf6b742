#include "server/address_limits.h"

#include <algorithm>
#include <iterator>

#include "server/net/client_network.h"

namespace server {

void AddressLimits::refill(Client& client, net::Clock::time_point now) const {
  if (now <= client.seen) return;  // another thread's clock may be ahead
  const double seconds = std::chrono::duration<double>(now - client.seen).count();
  client.tokens =
      std::min(bucket(), client.tokens + seconds * static_cast<double>(options_.new_per_second));
  client.seen = now;
}

void AddressLimits::use(Options options) {
  const std::lock_guard lock(mutex_);
  options_ = options;
}

AddressLimits::Admission AddressLimits::admit(std::string_view address,
                                              net::Clock::time_point now) {
  const std::uint64_t key = net::client_network(address);
  const std::lock_guard lock(mutex_);
  if (options_.connections == 0 && options_.new_per_second == 0) return {Refusal::none, Seat()};
  if (clients_.size() >= sweep_at_) forget_idle(now);
  const auto [place, is_new] = clients_.try_emplace(key);
  Client& client = place->second;
  if (is_new) {
    client.tokens = bucket();
    client.seen = now;
  }
  if (options_.connections > 0 && client.connections >= options_.connections) {
    return {Refusal::too_many, Seat()};
  }
  if (options_.new_per_second > 0) {
    refill(client, now);
    if (client.tokens < 1) return {Refusal::too_fast, Seat()};
    client.tokens -= 1;
  }
  ++client.connections;
  return {Refusal::none, Seat(*this, key)};
}

void AddressLimits::leave(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  const auto place = clients_.find(key);
  if (place == clients_.end()) return;
  --place->second.connections;
  // Without a rate there is nothing to remember of who has gone.
  if (place->second.connections == 0 && options_.new_per_second == 0) clients_.erase(place);
}

// A full bucket and no entry are the same. The next sweep comes when the number has doubled, so
// that the work of all sweeps stays in proportion to that of the accepts.
void AddressLimits::forget_idle(net::Clock::time_point now) {
  for (auto at = clients_.begin(); at != clients_.end();) {
    Client& client = at->second;
    refill(client, now);
    const bool idle = client.connections == 0 && client.tokens >= bucket();
    at = idle ? clients_.erase(at) : std::next(at);
  }
  sweep_at_ = std::max<std::size_t>(1024, 2 * clients_.size());
}

std::size_t AddressLimits::remembered() const {
  const std::lock_guard lock(mutex_);
  return clients_.size();
}

}  // namespace server
