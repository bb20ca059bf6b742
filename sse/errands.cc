#include "sse/errands.h"

#include <utility>

namespace sse {

Errands::Errands(net::Loop& loop, net::Slice slice)
    : slice_(slice), later_(loop, [this] { work(); }) {}

void Errands::run(http::Exchange exchange, std::unique_ptr<Errand> errand) {
  const bool first = waiting_.empty();
  const auto added = std::make_shared<Waiting>(
      Waiting{.exchange = std::move(exchange), .errand = std::move(errand), .place = {}});
  added->place = waiting_.insert(waiting_.end(), added);
  added->exchange.on_gone([this, weak = std::weak_ptr(added)] {
    if (const auto gone = weak.lock()) waiting_.erase(gone->place);
  });
  if (first) work();
}

void Errands::work() {
  slice_.begin();
  try {
    while (!waiting_.empty() && !slice_.over()) step();
  } catch (...) {
    if (!waiting_.empty()) later_.put_off();
    throw;
  }
  if (!waiting_.empty()) later_.put_off();
}

void Errands::step() {
  const std::shared_ptr<Waiting> first = waiting_.front();
  const auto leave = [&] { waiting_.erase(first->place); };
  try {
    if (first->errand->piece()) return;
  } catch (...) {
    leave();
    throw;
  }
  leave();
  first->errand->done(std::move(first->exchange));
}

}  // namespace sse
