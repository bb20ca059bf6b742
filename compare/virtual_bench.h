// VirtualBench: loads pages of a folder in virtual time: Herald's engine on one side, the loader on
// the other, real TLS and HTTP/2 bytes between them, and a link that is arithmetic. Exact,
// repeatable, and a thousand times faster than life; what both sides compute takes no time at all.
#pragma once

#include <memory>

#include "compare/link.h"
#include "compare/loader.h"
#include "compare/runner.h"
#include "compare/site_server.h"
#include "hints/planner.h"
#include "server/net/credentials.h"
#include "server/net/ticket_keys.h"

namespace lab {

class VirtualBench final : public Bench {
 public:
  struct Options {
    hints::PlanBuilder::Options plan;
    // Of the link, besides what the conditions of a trial say.
    double loss = 0;             // share of packets
    double jitter_share = 0.05;  // of the round trip: the most that a packet is late
    std::size_t initial_window = 10;
  };
  using MakeSite = std::function<std::unique_ptr<Site>(net::Loop&)>;

  // `credentials` are those of make_identity(). What `make_site` throws comes out.
  VirtualBench(const MakeSite& make_site, const net::Credentials& credentials, Options options);
  ~VirtualBench() override;
  VirtualBench(const VirtualBench&) = delete;
  VirtualBench& operator=(const VirtualBench&) = delete;

  PageLoad load(const Trial& trial) override;

  hints::Planner& planner() { return planner_; }

 private:
  class World;
  Store& store_of(const std::string& page);

  const Options options_;
  net::Loop loop_{net::Loop::Time::manual};
  const std::unique_ptr<Site> site_;
  hints::Planner planner_;
  net::TicketKeys tickets_;
  net::TlsContext server_tls_;
  TlsClient client_tls_;
  Texts texts_;
  std::map<std::string, Store> stores_;  // by page
  TlsTicket ticket_;
};

}  // namespace lab
