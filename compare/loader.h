// Loader: a small browser that takes pushes and 103 as browsers did while they had both: loads
// pages of one server over a dialer, and tells what it saw. Runs no script. Keeps the connection
// and the ticket from one load to the next.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "compare/client_connection.h"
#include "compare/measurement.h"
#include "compare/navigation.h"
#include "compare/offer.h"
#include "compare/scenario.h"
#include "compare/store.h"
#include "compare/takes.h"
#include "compare/texts.h"
#include "server/net/loop.h"

namespace lab {

class Loader {
 public:
  struct Options {
    std::string host;       // of the certificate: a name or a numeric address
    std::string authority;  // as in the address: "app.test:8443"; empty: as the host
    Navigation::Limits limits = {};
  };
  // All must outlive the loader. `texts` may serve many loaders of one thread.
  Loader(net::Loop& loop, Dialer& dialer, const TlsClient& tls, Texts& texts, Options options);
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  struct Visit {
    std::string target = "/";  // of the page, with its query
    Cache cache = Cache::cold;
    // `resumed` and `reused` need a load before this one; without it they begin as `fresh` does.
    Connection connection = Connection::fresh;
    Takes takes = {};
    std::string live = {};  // target of an event stream to be open meanwhile; empty: none
  };
  // One load at a time. `done` is called once, at the end of a turn of the loop, and may begin
  // another, though not destroy the loader. `store` is this page's: the first load fills it,
  // `visit.cache` says how much of it counts.
  void load(const Visit& visit, Store& store, std::function<void(PageLoad)> done);

  // By what all loads have seen.
  const Offer& offer() const { return offer_; }
  // To begin with, for `resumed`; and the latest.
  void offer_ticket(TlsTicket ticket) { ticket_ = std::move(ticket); }
  const TlsTicket& ticket() const { return ticket_; }

 private:
  void connect(const Visit& visit);
  void keep_ticket();
  void deliver();

  net::Loop& loop_;
  Dialer& dialer_;
  const TlsClient& tls_;
  Texts& texts_;
  const Options options_;
  Offer offer_;
  TlsTicket ticket_;
  Takes connected_for_;
  std::unique_ptr<ClientConnection> connection_;
  std::unique_ptr<Navigation> navigation_;
  std::function<void(PageLoad)> done_;
  PageLoad result_;
  net::Later deliver_;
};

}  // namespace lab
