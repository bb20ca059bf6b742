// WorkerApp: what one worker serves: events, the status page, and the files with their hints. The
// files' side can be replaced while requests are in flight; live streams never notice.
#pragma once

#include <chrono>
#include <list>
#include <memory>

#include "cli/config.h"
#include "cli/heartbeats.h"
#include "cli/hint_memory.h"
#include "cli/operations.h"
#include "cli/redirect.h"
#include "cli/status.h"
#include "cli/status_stream.h"
#include "cli/upstream_totals.h"
#include "server/net/signer.h"
#include "server/server.h"
#include "sse/authorization.h"
#include "sse/client_cursors.h"
#include "sse/hub.h"
#include "sse/sequencer.h"

namespace cli {

// Shared by the workers; outlives them all.
struct Shared {
  std::function<std::uint16_t()> https_port;  // asked when the workers start
  sse::Sequencer& sequencer;
  sse::ClientCursors& cursors;
  const sse::Authorizer::Options& authorization;  // for workers that start
  sse::Presence* presence;                        // null: none is kept
  HubTotals& totals;
  UpstreamTotals& upstreams;
  HintTotals& hints;
  const net::Signer& signer;  // of what clients keep for this server
  Heartbeats& heartbeats;
  OperationsHandler::Sources operations;
  StatusHandler::Sources status;
};

class WorkerApp final : public server::App, private http::Handler {
 public:
  WorkerApp(std::size_t worker, net::Loop& loop, Shared& shared, const Config& config);
  ~WorkerApp() override;

  http::Handler& root() override { return *this; }
  void drain() override;
  // For listeners without TLS.
  http::Handler& redirect() { return redirect_; }
  http::Handler& operations() { return operations_; }

  // Files, hints and URLs as this configuration has them; on the worker's thread. Throws net::Error
  // and changes nothing if they cannot be used.
  void reload(const Config& config, const sse::Authorizer::Options& authorization);

 private:
  struct Pages;  // one configuration's handlers

  void handle(const http::Request& request, http::Exchange exchange) override;
  void count();
  void retire();

  net::Loop& loop_;
  Shared& shared_;
  const std::size_t worker_;
  sse::Authorizer authorizer_;
  sse::Hub hub_;
  HintMemory hint_memory_;
  StatusStream live_;
  RedirectHandler redirect_;
  OperationsHandler operations_;
  std::unique_ptr<Pages> pages_;
  std::list<std::unique_ptr<Pages>> retired_;  // requests may still be held in these
  net::Timer counting_;
  net::Timer retirement_;
};

}  // namespace cli
