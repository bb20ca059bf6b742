// StatusPage: GET /.herald/, a page that shows what /.herald/status says and follows /.herald/live.
// Holds no figures itself.
#pragma once

#include "server/http/handler.h"

namespace cli {

class StatusPage final : public http::Handler {
 public:
  void handle(const http::Request& request, http::Exchange exchange) override;
};

}  // namespace cli
