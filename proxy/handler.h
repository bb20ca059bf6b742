// ProxyHandler: passes requests on to an app server. Refuses what must not be passed on; each
// exchange on its way is a Relay's business.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string_view>
#include <vector>

#include "proxy/address.h"
#include "proxy/health.h"
#include "proxy/multi.h"
#include "proxy/pool.h"
#include "proxy/relay.h"
#include "server/http/handler.h"
#include "server/net/loop.h"

namespace proxy {

class ProxyHandler final : public http::Handler {
 public:
  // As `allow` tells those that people use; others are passed on as well, but for TRACE and
  // CONNECT.
  static constexpr std::string_view methods = "GET, HEAD, QUERY, POST, PUT, PATCH, DELETE, OPTIONS";

  struct Options {
    std::vector<Address> upstreams;  // one or more
    std::size_t requests = 1024;     // in flight at one time; 503 above
    std::function<void()> on_full;   // a request was one too many
    Multi::Options multi;
    Pool::Options pool;
    HealthCheck::Options health;
    Relay::Options relay;
  };

  // `loop`, of real time, must outlive the handler. Answers that are still on their way when it
  // goes are cut off.
  ProxyHandler(net::Loop& loop, Options options);
  ~ProxyHandler() override;

  void handle(const http::Request& request, http::Exchange exchange) override;
  std::size_t requests() const { return relays_.size(); }
  // Of each app server, in the order of the options.
  std::vector<Figures> figures() const { return pool_.figures(); }

 private:
  struct Passing;  // a relay, and whether it is over

  net::Loop& loop_;
  const Options options_;
  Multi multi_;
  Pool pool_;
  HealthCheck health_;
  std::list<Passing> relays_;
  // A relay may be over inside a call of its own or of libcurl.
  net::Later sweep_;
};

}  // namespace proxy
