// StatusPage: GET /.herald/, a page that shows what /.herald/status says and follows /.herald/live,
// with its style and script. It has a content-security-policy of its own, so that no preset of
// `security_headers` stops it. Holds no figures itself.
#pragma once

#include "server/http/handler.h"

namespace cli {

class StatusPage final : public http::Handler {
 public:
  void handle(const http::Request& request, http::Exchange exchange) override;
};

}  // namespace cli
