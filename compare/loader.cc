#include "compare/loader.h"

#include <utility>

namespace lab {

Loader::Loader(net::Loop& loop, Dialer& dialer, const TlsClient& tls, Texts& texts, Options options)
    : loop_(loop),
      dialer_(dialer),
      tls_(tls),
      texts_(texts),
      options_(std::move(options)),
      deliver_(loop, [this] { deliver(); }) {}

void Loader::load(const Visit& visit, Store& store, std::function<void(PageLoad)> done) {
  const net::Clock::time_point start = loop_.now();
  connect(visit);
  Requester requester{options_.authority.empty() ? options_.host : options_.authority, visit.target,
                      visit.takes};
  Navigation::Visit details{std::move(requester), visit.cache, visit.live, start, options_.limits};
  done_ = std::move(done);
  navigation_ = std::make_unique<Navigation>(
      Navigation::Surroundings{loop_, *connection_, store, texts_, offer_}, std::move(details),
      [this](PageLoad load) {
        result_ = std::move(load);
        deliver_.schedule();
      });
}

void Loader::deliver() {
  navigation_ = nullptr;
  keep_ticket();
  // A connection on which something went wrong is nobody's to reuse.
  if (!result_.failure.empty() || !connection_->open()) connection_ = nullptr;
  const auto done = std::exchange(done_, nullptr);
  done(std::exchange(result_, {}));
}

void Loader::connect(const Visit& visit) {
  const bool fits =
      connection_ && connection_->open() && connected_for_.pushes == visit.takes.pushes;
  if (visit.connection == Connection::reused && fits) return;
  if (connection_) keep_ticket();
  connection_ = nullptr;
  connected_for_ = visit.takes;
  const bool resume = visit.connection == Connection::resumed;
  connection_ = std::make_unique<ClientConnection>(
      ClientConnection::Server{dialer_, tls_, options_.host}, resume ? ticket_ : TlsTicket(),
      visit.takes.pushes ? Http2Client::Pushes::taken : Http2Client::Pushes::refused);
}

void Loader::keep_ticket() {
  if (connection_->tls().ticket()) ticket_ = connection_->tls().ticket();
}

}  // namespace lab
