// Model: what arithmetic foresees of an arm's gain, from the bytes of a page and the conditions
// alone. With R the round trip, T the think time, S the bytes of the assets and B the rate, 103
// saves about min(T, R + S/B), and push a round trip more while T is small; slow start, and assets
// that are named by others only, are reckoned with. It is there to be compared with what is
// measured, so it shares nothing with Link.
#pragma once

#include <optional>
#include <vector>

#include "compare/result.h"

namespace lab {

// What the page needs before it renders, apart from time. Bytes are those of content on the wire.
struct ModelPage {
  enum class Told : std::uint8_t { not_before_page, with_headers, by_hint, by_push };
  struct Asset {
    double bytes = 0;
    int depth = 1;  // 1: the page names it; 2: what the page names does
    Told told = Told::not_before_page;
    bool blocks = true;  // else it only takes room from what does
  };
  double document = 0;
  std::vector<Asset> assets;
};

// Sizes and depths from a load without hints, what was told from one of the arm, under the same
// conditions.
ModelPage model_page(const PageLoad& plain, const PageLoad& arm);
// Nothing is told.
ModelPage model_page(const PageLoad& plain);

// From the request to render-ready. `window`: bytes that the server may send at first.
Milliseconds predicted(const ModelPage& page, const Conditions& conditions, double window);

// How much earlier than without hints `arm` should be. None if a load lacks what it takes.
std::optional<Milliseconds> predicted_gain(const PageLoad& plain, const PageLoad& arm,
                                           const Conditions& conditions);

// Measurement and model part if they differ by more: the model knows neither how bytes share
// segments nor where in the page a reference stands, and a round of slow start is a round trip.
Milliseconds tolerance(const Conditions& conditions);

// `cell` with a prediction for each arm, from its representative loads, and whether the gain that
// was measured departs from it. Summarised before.
Cell with_predictions(Cell cell);

}  // namespace lab
