// SiteServer: the far end of a comparison of a folder: Herald's engine with hints as one arm has
// them, and a server's think time, behind a link.
#pragma once

#include <cstdint>
#include <ctime>
#include <list>
#include <memory>

#include "compare/engine_connection.h"
#include "compare/late_body.h"
#include "compare/link.h"
#include "compare/live.h"
#include "compare/scenario.h"
#include "hints/handler.h"
#include "hints/planner.h"
#include "hints/site.h"
#include "hints/think.h"
#include "server/http/router.h"
#include "server/net/tls_context.h"

namespace lab {

// The files that are compared: as they are answered, and as hints see them. Made for one loop.
class Site {
 public:
  virtual ~Site() = default;
  virtual http::Handler& files() = 0;
  virtual hints::Site& pages() = 0;
};

// A page of 64 KiB without assets, for a connection that shall have been used before.
inline constexpr std::string_view earlier_path = "/.herald/lab/earlier";

class EarlierPage final : public http::Handler {
 public:
  void handle(const http::Request& request, http::Exchange exchange) override;
};

class SiteServer final : public Link::Listener {
 public:
  struct Options {
    Arm arm = Arm::none;
    Milliseconds think = 0;
    Milliseconds body_think = 0;
    // Of every `date` field: any will do in virtual time, as long as it is the same one, because
    // digits differ in length once compressed.
    std::time_t second = 1'767'225'600;
  };

  // All must outlive the server.
  SiteServer(net::Loop& loop, http::Handler& files, hints::Planner& planner,
             const net::TlsContext& tls, Options options);
  SiteServer(const SiteServer&) = delete;
  SiteServer& operator=(const SiteServer&) = delete;

  Transport::User& accept(std::unique_ptr<Transport> end) override;

 private:
  LateBodies late_;
  hints::ThinkHandler think_;
  hints::HintingHandler hinting_;
  LiveHandler live_;
  EarlierPage earlier_;
  http::Router router_;

  const net::TlsContext& tls_;
  http::Limits limits_;
  http::Tally tally_;
  http::Date date_;
  http::Output output_;
  EngineConnection::Workplace workplace_;
  std::uint64_t accepted_ = 0;
  std::list<EngineConnection> connections_;
  net::Later reap_;
  std::list<EngineConnection*> closed_;
};

}  // namespace lab
