#include "hints/handler.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "hints/telling.h"

namespace hints {
namespace {

class HintedWire;

// On the stack of handle() while the next handler runs; afterwards it says whether the answer is
// still to come, without the handler having to own what it gave away.
class Pending {
 public:
  explicit Pending(HintedWire& wire);
  ~Pending();
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  // Null once the exchange has been answered or dropped.
  HintedWire* wire() const { return wire_; }

 private:
  friend class HintedWire;
  HintedWire* wire_;
};

// The outer exchange, with the answer completed on its way through.
class HintedWire final : public http::Wire {
 public:
  HintedWire(http::Exchange outer, Telling telling)
      : outer_(std::move(outer)), telling_(std::move(telling)) {}
  ~HintedWire() override { settle(); }
  HintedWire(const HintedWire&) = delete;
  HintedWire& operator=(const HintedWire&) = delete;

  void tell_by_push() { telling_.push(outer_); }
  void tell_by_hint() { telling_.hint(outer_); }

  bool alive() const override { return outer_.alive(); }
  void hint(const http::Headers& fields) override { outer_.hint(fields); }
  http::Push push(std::string_view target, http::Priority priority) override {
    return outer_.push(target, priority);
  }
  void respond(http::Response response) override {
    settle();
    telling_.finish(response);
    outer_.respond(std::move(response));
  }
  void collect(std::size_t limit, std::function<void(std::string)> then) override {
    // `then` owns this wire, and the engine owns the continuation for as long as the stream lives.
    http::Exchange::collect(
        std::move(outer_), limit,
        [this, then = std::move(then)](http::Exchange back, std::string content) {
          outer_ = std::move(back);
          then(std::move(content));
        });
  }

 private:
  friend class Pending;
  void settle() {
    if (pending_ != nullptr) pending_->wire_ = nullptr;
    pending_ = nullptr;
  }

  http::Exchange outer_;
  Telling telling_;
  Pending* pending_ = nullptr;
};

Pending::Pending(HintedWire& wire) : wire_(&wire) { wire.pending_ = this; }
Pending::~Pending() {
  if (wire_ != nullptr) wire_->pending_ = nullptr;
}

}  // namespace

HintingHandler::HintingHandler(Planner& planner, http::Handler& next, Options options)
    : planner_(planner), next_(next), options_(options) {}

void HintingHandler::handle(const http::Request& request, http::Exchange exchange) {
  if (options_.mode == Mode::off || !asks_for_document(request)) {
    return next_.handle(request, std::move(exchange));
  }
  std::shared_ptr<const Plan> plan = planner_.plan(request.path());
  if (!plan || (plan->items.empty() && plan->withheld.empty())) {
    return next_.handle(request, std::move(exchange));
  }
  auto wire = std::make_unique<HintedWire>(
      std::move(exchange), Telling(std::move(plan), decide(request, options_.mode)));
  wire->tell_by_push();
  if (options_.mode == Mode::early_hints || options_.mode == Mode::push_early_hints) {
    wire->tell_by_hint();
  }
  const Pending pending(*wire);
  next_.handle(request, http::Exchange(std::move(wire)));
  // A page that was ready at once has its links already; a 103 would only have delayed it.
  if (pending.wire() != nullptr) pending.wire()->tell_by_hint();
}

}  // namespace hints
