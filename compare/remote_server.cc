#include "compare/remote_server.h"

#include <utility>

namespace lab {

Transport::User& RemoteServer::accept(std::unique_ptr<Transport> end) {
  SocketRelay& relay =
      relays_.emplace_back(loop_, begin_connecting(address_), [this](SocketRelay& ended) {
        if (failure_.empty() && !ended.failure().empty()) {
          failure_ = "the connection to " + name_ + " failed: " + ended.failure();
        }
      });
  relay.join(std::move(end), SocketRelay::Stream::open);
  return relay.user();
}

}  // namespace lab
