// PushedExchange: the exchange of a pushed request, which tells how the push ended: whole, or cut
// short because the client cancelled it or has gone.
#pragma once

#include <cstdint>
#include <functional>

#include "server/http/exchange.h"

namespace hints {

enum class PushEnd { whole, cut };

// Called once, with the bytes of content that were given to the connection; never for an answer
// that is not sent, as errors are not.
using PushEnded = std::function<void(std::uint64_t bytes, PushEnd end)>;

http::Exchange watch_push(http::Exchange exchange, PushEnded ended);

}  // namespace hints
