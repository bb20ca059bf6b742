// OperationsHandler: what machines ask of a server, on a listener of its own that the public does
// not reach: GET /metrics for Prometheus, /healthz and /readyz for whoever restarts it or sends it
// clients.
#pragma once

#include <functional>
#include <string>

#include "server/http/handler.h"

namespace cli {

class OperationsHandler final : public http::Handler {
 public:
  // Both from any worker's thread.
  struct Sources {
    std::function<std::string()> metrics;  // in Prometheus's text form
    // Why no more clients should be sent; empty: they may come.
    std::function<std::string()> not_ready;
  };
  explicit OperationsHandler(Sources sources) : sources_(std::move(sources)) {}

  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  const Sources sources_;
};

}  // namespace cli
