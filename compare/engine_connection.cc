#include "compare/engine_connection.h"

#include <algorithm>
#include <utility>

namespace lab {

EngineConnection::EngineConnection(const Workplace& workplace, const net::TlsContext& tls,
                                   std::uint64_t number, std::unique_ptr<Transport> transport,
                                   std::function<void(EngineConnection&)> on_closed)
    : at_(workplace),
      on_closed_(std::move(on_closed)),
      pipe_(tls, *this),
      flush_(workplace.loop, [this] { flush(); }) {
  peer_.address = "127.0.0.1";
  peer_.connection = number;
  pipe_.join(std::move(transport));
}

void EngineConnection::secured() {
  peer_.tls = pipe_.version();
  peer_.resumed = pipe_.resumed();
  session_.emplace(h2::Session::Surroundings{.root = at_.root,
                                             .limits = at_.limits,
                                             .peer = peer_,
                                             .loop = at_.loop,
                                             .tally = at_.tally,
                                             .date = at_.date,
                                             .log = nullptr},
                   [this] { flush_.schedule(); });
  flush_.schedule();
}

void EngineConnection::received(std::span<const std::byte> bytes) {
  session_->receive(bytes);
  flush_.schedule();
}

void EngineConnection::closed(const std::string&) {
  if (std::exchange(closed_, true)) return;
  on_closed_(*this);
}

// One output at a time, and only once the link has taken the last: what has been sealed can no
// longer be overtaken by something more urgent (as with TCP_NOTSENT_LOWAT).
void EngineConnection::flush() {
  if (closed_ || !session_ || pipe_.unsent() > 0) return;
  at_.output.clear();
  session_->fill(at_.output);
  if (!at_.output.bytes().empty()) {
    seal(at_.output.bytes());
    pipe_.flush();
  }
  if (!session_->done()) return;
  pipe_.close();
  closed("");
}

void EngineConnection::seal(std::span<const std::byte> bytes) {
  const auto now = at_.loop.now();
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), record_size_.next(now));
    pipe_.write(bytes.first(size));
    record_size_.sent(size, now);
    bytes = bytes.subspan(size);
  }
}

}  // namespace lab
