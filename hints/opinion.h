// Opinion: what is remembered of a route and of an asset on it, in a sentence for people, and what
// follows from it for the next visit.
#pragma once

#include <string>

#include "hints/plan.h"
#include "hints/route_history.h"

namespace hints {

// "31 visits; three of four answers within 320 ms, so a 103 goes to clients whose round trip is
// below 1280 ms".
std::string opinion(const RouteHistory& route);
// "asked for in 9 of 9 visits that were not told of it: needed". Null: nothing is known.
std::string opinion(const Item& item, const AssetHistory* asset);

// Fetched by every client that shows the page, told or not: telling of it wastes nothing.
bool named_by_page(const Item& item);

}  // namespace hints
