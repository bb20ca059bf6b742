// The listeners without TLS: the one that redirects to https, and the one for machines (metrics and
// health).
#pragma once

#include <vector>

#include "cli/config.h"
#include "cli/takeover.h"
#include "server/server.h"

namespace cli {

// Which of them there are: whoever gives the socket of one need not name its address.
struct PlainListeners {
  bool redirect;
  bool metrics;
};
PlainListeners plain_of(const Config::Serve& serve, const Inheritance& given);

// In the order of PlainListeners; takes the sockets of `given`.
std::vector<server::PlainListener> plain_listeners(const Config::Serve& serve, PlainListeners plain,
                                                   Inheritance& given);

}  // namespace cli
