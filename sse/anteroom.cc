#include "sse/anteroom.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace sse {
namespace {

// One pattern after the other. Those that are gathered are kept for the reader, who joins them
// before this lets them go.
class Gatherings final : public Errand {
 public:
  Gatherings(Replica& replica, const Matchers& wanted, const Rights& rights,
             std::function<void(http::Exchange)> then)
      : replica_(replica), then_(std::move(then)) {
    for (const TopicMatcher& each : wanted) {
      if (each.is_exact()) continue;
      patterns_.push_back(each);
      if (rights && replica.reaches_hub(each)) hubs_.push_back(each);
    }
  }
  ~Gatherings() override {
    if (begun_) replica_.stop_gathering();
    for (Topic* view : joined_) replica_.leave(*view);
  }

  bool piece() override {
    if (joined_.empty() && !begun_ && !replica_.has_room(patterns_)) return false;
    const bool hubs = joined_.size() >= patterns_.size();
    const Matchers& of = hubs ? hubs_ : patterns_;
    const std::size_t at = joined_.size() - (hubs ? patterns_.size() : 0);
    begun_ = !replica_.gather(of[at], hubs);
    if (begun_) return true;
    joined_.push_back(hubs ? &replica_.join_hub(of[at]) : &replica_.join(of[at]));
    return joined_.size() < patterns_.size() + hubs_.size();
  }
  void done(http::Exchange exchange) override { then_(std::move(exchange)); }

 private:
  Replica& replica_;
  const std::function<void(http::Exchange)> then_;
  Matchers patterns_;
  Matchers hubs_;  // of those, which may match the hub's own topics as well
  std::vector<Topic*> joined_;
  bool begun_ = false;  // the next one
};

}  // namespace

bool Anteroom::passes(const Matchers& wanted, const Rights& rights) const {
  return std::ranges::all_of(wanted, [&](const TopicMatcher& each) {
    if (each.is_exact()) return true;
    const bool hubs = rights && replica_.reaches_hub(each);
    return replica_.is_gathered(each, false) && (!hubs || replica_.is_gathered(each, true));
  });
}

void Anteroom::enter(http::Exchange exchange, const Matchers& wanted, const Rights& rights,
                     std::function<void(http::Exchange)> then) {
  errands_.run(std::move(exchange),
               std::make_unique<Gatherings>(replica_, wanted, rights, std::move(then)));
}

}  // namespace sse
