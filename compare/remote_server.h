// RemoteServer: the far end of a link that is a running server: each stream that crosses the link
// goes on over a socket of its own.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "compare/address.h"
#include "compare/link.h"
#include "compare/socket_relay.h"
#include "server/net/loop.h"

namespace lab {

class RemoteServer final : public Link::Listener {
 public:
  // `loop` must outlive the server; `name` is for what is said of failures.
  RemoteServer(net::Loop& loop, const Address& address, std::string name)
      : loop_(loop), address_(address), name_(std::move(name)) {}

  Transport::User& accept(std::unique_ptr<Transport> end) override;

  // The first socket that failed, in a sentence; empty if none did.
  const std::string& failure() const { return failure_; }

 private:
  net::Loop& loop_;
  const Address address_;
  const std::string name_;
  std::string failure_;
  std::list<SocketRelay> relays_;  // those that have ended too: there are few
};

}  // namespace lab
