// SocketRelay: joins a socket to one end of a transport: what comes out of either goes into the
// other, in real time. Reads from the socket only what the link takes, so that the far side's own
// priorities stay in force.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compare/transport.h"
#include "server/net/handle.h"
#include "server/net/loop.h"

namespace lab {

class SocketRelay final : private Transport::User {
 public:
  // `socket` is non-blocking; it may still be connecting. `ended` is called once; the owner
  // destroys the relay later, not inside the call.
  SocketRelay(net::Loop& loop, net::Fd socket, std::function<void(SocketRelay&)> ended);
  SocketRelay(const SocketRelay&) = delete;
  SocketRelay& operator=(const SocketRelay&) = delete;

  // Once. The transport has user() as its user. What comes from the socket waits until a stream
  // that was dialled is connected.
  enum class Stream { open, dialled };
  void join(std::unique_ptr<Transport> transport, Stream stream);
  Transport::User& user() { return *this; }

  bool over() const { return over_; }
  Traffic traffic() const { return over_ ? last_traffic_ : transport_->traffic(); }
  // Why the socket failed, as the system says; empty if it did not.
  const std::string& failure() const { return failure_; }

 private:
  void connected() override { watch_.want_read(true); }
  void received(std::span<const std::byte> bytes) override;
  void drained() override;
  void closed(const std::string& why) override;

  void on_ready(net::Watch::Ready ready);
  void read();
  void write();
  void fail(int error);
  void end();

  net::Fd socket_;
  std::function<void(SocketRelay&)> ended_;
  std::unique_ptr<Transport> transport_;
  std::vector<std::byte> pending_;  // for the socket
  Traffic last_traffic_;
  std::string failure_;
  bool closing_ = false;  // nothing more comes from the transport
  bool over_ = false;
  net::Watch watch_;
};

}  // namespace lab
