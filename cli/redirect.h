// RedirectHandler: answers a listener without TLS: whatever is asked for is to be had by https.
#pragma once

#include <cstdint>

#include "server/http/handler.h"

namespace cli {

class RedirectHandler final : public http::Handler {
 public:
  // `port` is where https is served.
  explicit RedirectHandler(std::uint16_t port) : port_(port) {}

  // 301 for GET and HEAD, 308 for all others, which keeps the method (RFC 9110 section 15.4); 400
  // if the request does not say which host it is for.
  void handle(const http::Request& request, http::Exchange exchange) override;

 private:
  const std::uint16_t port_;
};

}  // namespace cli
