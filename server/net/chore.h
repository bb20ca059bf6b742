// Chore: work that comes in many pieces and is in nobody's hurry: a slice of it in each turn of the
// loop, so that those who wait for an answer do not wait for all of it.
#pragma once

#include <functional>
#include <utility>

#include "server/net/loop.h"
#include "server/net/slice.h"

namespace net {

class Chore {
 public:
  // `piece` does one, and returns whether there is another. `loop` must outlive the chore.
  Chore(Loop& loop, std::function<bool()> piece, Slice slice = Slice(Slice::standard))
      : piece_(std::move(piece)), slice_(slice), work_(loop, [this] { work(); }) {}

  // Begins at the end of this turn, unless it is under way.
  void schedule() { work_.schedule(); }

 private:
  void work() {
    slice_.begin();
    while (!slice_.over()) {
      if (!piece_()) return;
    }
    work_.put_off();
  }

  std::function<bool()> piece_;
  Slice slice_;
  Later work_;
};

}  // namespace net
