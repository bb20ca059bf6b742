// BrowserBench: loads pages of a folder in a real Chromium, in real time: the browser connects to a
// socket of ours, and behind it are the link and Herald's engine as in virtual time. For the arms
// that browsers still have: none, link and early-hints; with an empty cache and a fresh connection.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "compare/dev_tools.h"
#include "compare/runner.h"
#include "compare/site_server.h"
#include "compare/socket_relay.h"
#include "hints/planner.h"
#include "server/net/credentials.h"
#include "server/net/listener.h"
#include "server/net/ticket_keys.h"

namespace lab {

class BrowserBench final : public Bench {
 public:
  struct Options {
    hints::PlanBuilder::Options plan;
    std::string program = "/usr/bin/chromium";
    double loss = 0;  // share of packets
    std::size_t initial_window = 10;
  };
  using MakeSite = std::function<std::unique_ptr<Site>(net::Loop&)>;

  // Starts the browser. `credentials` are those of make_browser_identity(). Throws net::Error.
  BrowserBench(const MakeSite& make_site, const net::Credentials& credentials, Options options);
  ~BrowserBench() override;
  BrowserBench(const BrowserBench&) = delete;
  BrowserBench& operator=(const BrowserBench&) = delete;

  // Throws net::Error when the browser has ended, or does not answer.
  PageLoad load(const Trial& trial) override;

  // As it calls itself: "Chrome/156.0.8078.79".
  std::string name();

 private:
  struct World;
  void accept(net::Accepted accepted);
  PageLoad visit(const std::string& page, const std::string& session);
  Traffic traffic() const;

  const Options options_;
  net::Loop loop_;
  const std::unique_ptr<Site> site_;
  hints::Planner planner_;
  net::TicketKeys tickets_;
  net::TlsContext tls_;
  net::Endpoint endpoint_;
  std::optional<net::Listener> listener_;
  std::unique_ptr<World> world_;  // while a trial is going on
  std::optional<DevTools> browser_;
};

}  // namespace lab
