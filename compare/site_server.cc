#include "compare/site_server.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace lab {
namespace {

hints::Mode mode_of(Arm arm) {
  switch (arm) {
    case Arm::none:
      break;
    case Arm::link:
      return hints::Mode::link;
    case Arm::early_hints:
      return hints::Mode::early_hints;
    case Arm::push:
      return hints::Mode::push;
    case Arm::push_early_hints:
      return hints::Mode::push_early_hints;
  }
  return hints::Mode::off;
}

std::chrono::milliseconds whole(Milliseconds time) {
  return std::chrono::milliseconds(std::llround(time));
}

}  // namespace

void EarlierPage::handle(const http::Request&, http::Exchange exchange) {
  std::string text = "<!doctype html><title>Earlier</title><p>";
  text.resize(std::size_t{64} * 1024, '.');
  exchange.respond(http::text_response(200, "text/html", std::move(text)));
}

SiteServer::SiteServer(net::Loop& loop, http::Handler& files, hints::Planner& planner,
                       const net::TlsContext& tls, Options options)
    : late_(loop, files, whole(options.body_think)),
      think_(loop, late_, {.think = whole(options.think)}),
      hinting_(planner, think_, {.mode = mode_of(options.arm)}),
      live_(loop, {}),
      router_(hinting_),
      tls_(tls),
      date_(options.second),
      workplace_{loop, router_, limits_, tally_, date_, output_},
      reap_(loop, [this] {
        connections_.remove_if([this](const EngineConnection& one) {
          return std::find(closed_.begin(), closed_.end(), &one) != closed_.end();
        });
        closed_.clear();
      }) {
  router_.route(std::string(live_path), live_);
  router_.route(std::string(earlier_path), earlier_);
}

Transport::User& SiteServer::accept(std::unique_ptr<Transport> end) {
  connections_.emplace_back(workplace_, tls_, ++accepted_, std::move(end),
                            [this](EngineConnection& connection) {
                              closed_.push_back(&connection);
                              reap_.schedule();
                            });
  return connections_.back().user();
}

}  // namespace lab
