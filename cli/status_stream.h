// StatusStream: GET /.herald/live, the counters as an event stream of their own, one block every
// other second, for the status page. For clients on this machine only.
#pragma once

#include <memory>

#include "cli/status.h"
#include "server/http/handler.h"
#include "server/net/loop.h"

namespace cli {

class StatusStream final : public http::Handler {
 public:
  // `loop` and what the sources refer to must outlive this and every stream.
  StatusStream(net::Loop& loop, StatusHandler::Sources sources);

  void handle(const http::Request& request, http::Exchange exchange) override;
  // Streams end at their next block.
  void drain();

  struct State;

 private:
  const std::shared_ptr<State> state_;
};

}  // namespace cli
