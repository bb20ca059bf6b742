#include "compare/client_connection.h"

#include <algorithm>

namespace lab {
namespace {

constexpr std::size_t record = 16 * 1024;  // RFC 8446 section 5.1

}  // namespace

ClientConnection::ClientConnection(const Server& server, const TlsTicket& offered,
                                   Http2Client::Pushes pushes)
    : http_(pushes), pipe_(server.tls, server.host, offered, *this) {
  pipe_.join(server.dialer.dial(pipe_));
}

void ClientConnection::secured() {
  if (user_ != nullptr) user_->secured();
  flush();
}

void ClientConnection::received(std::span<const std::byte> bytes) {
  if (closed_) return;
  tell(http_.receive(bytes));
  if (user_ != nullptr) user_->settled();
  flush();
  if (http_.ended_for_error()) closed("the server does not speak HTTP/2 as it should");
}

void ClientConnection::tell(std::span<const Http2Client::Event> events) {
  if (user_ == nullptr) return;
  for (const Http2Client::Event& event : events) user_->happened(event);
}

void ClientConnection::flush() {
  if (closed_ || !pipe_.secure()) return;
  output_.clear();
  for (auto bytes = http_.next_output(); !bytes.empty(); bytes = http_.next_output()) {
    output_.insert(output_.end(), bytes.begin(), bytes.end());
  }
  for (std::span<const std::byte> rest = output_; !rest.empty();) {
    const std::size_t size = std::min(rest.size(), record);
    pipe_.write(rest.first(size));
    rest = rest.subspan(size);
  }
  pipe_.flush();
}

void ClientConnection::closed(const std::string& why) {
  if (closed_) return;
  closed_ = true;
  if (user_ != nullptr) user_->closed(why);
}

}  // namespace lab
