// PushedExchange: the exchange of a pushed request, which tells how the push ended: whole, cut
// short because the client cancelled it or has gone, or not at all.
#pragma once

#include <cstdint>
#include <functional>

#include "server/http/exchange.h"

namespace hints {

enum class PushEnd {
  whole,
  cut,
  unsent,  // there was nothing to send: an error or a redirect, or no answer
};

// Called once, with the bytes of content that were given to the connection.
using PushEnded = std::function<void(std::uint64_t bytes, PushEnd end)>;

http::Exchange watch_push(http::Exchange exchange, PushEnded ended);

}  // namespace hints
