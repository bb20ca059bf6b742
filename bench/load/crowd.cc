#include "bench/load/crowd.h"

#include <utility>

namespace bench {

Crowd::Crowd(net::Loop& loop, const Target& target, ClientTls& tls, Options options,
             std::function<void(Connection&)> joined,
             std::function<void(const std::string&)> broken)
    : loop_(loop),
      target_(target),
      tls_(tls),
      options_(options),
      joined_(std::move(joined)),
      broken_(std::move(broken)),
      open_later_(loop, [this] { open_more(); }) {
  open_later_.schedule();
}

void Crowd::open_more() {
  Connection::Owner& owner = *this;
  while (connections_.size() < options_.connections &&
         connections_.size() - open_ < options_.at_once) {
    connections_.emplace_back(loop_, target_, tls_, static_cast<std::uint32_t>(connections_.size()),
                              owner);
  }
}

void Crowd::opened(Connection& connection) {
  ++open_;
  joined_(connection);
  open_later_.schedule();
}

void Crowd::failed(Connection&, const std::string& why) {
  broken_("connection " + std::to_string(open_) + ": " + why);
}

std::uint64_t Crowd::wire_bytes() const {
  std::uint64_t bytes = 0;
  for (const Connection& connection : connections_) bytes += connection.wire_bytes();
  return bytes;
}

}  // namespace bench
