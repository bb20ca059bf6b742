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

// Keeps the account of one visit with the judgement, if there is one.
class Account {
 public:
  Account() = default;
  Account(Judgement& judgement, Judgement::Entry entry)
      : judgement_(&judgement), entry_(std::move(entry)) {}

  void told(const Telling& telling) {
    if (judgement_ != nullptr) judgement_->told(entry_, telling.told());
  }
  void hinted() {
    if (judgement_ != nullptr) judgement_->hinted(entry_);
  }
  void answered(const http::Response& response) {
    if (judgement_ == nullptr) return;
    const bool page = shows_page(response) || response.status == 304;
    judgement_->answered(entry_, page ? Judgement::Answer::page : Judgement::Answer::other);
  }

 private:
  Judgement* judgement_ = nullptr;
  Judgement::Entry entry_;
};

// The outer exchange, with the answer completed on its way through.
class HintedWire final : public http::Wire {
 public:
  HintedWire(http::Exchange outer, Telling telling, Account account)
      : outer_(std::move(outer)), telling_(std::move(telling)), account_(std::move(account)) {}
  ~HintedWire() override { settle(); }
  HintedWire(const HintedWire&) = delete;
  HintedWire& operator=(const HintedWire&) = delete;

  void tell_by_push() {
    telling_.push(outer_);
    account_.told(telling_);
  }
  void tell_by_hint() {
    if (telling_.hinted_early()) return;
    telling_.hint(outer_);
    if (!telling_.hinted_early()) return;
    account_.told(telling_);
    account_.hinted();
  }

  bool alive() const override { return outer_.alive(); }
  void hint(const http::Headers& fields) override { outer_.hint(fields); }
  http::Push push(std::string_view target, http::Priority priority) override {
    return outer_.push(target, priority);
  }
  void respond(http::Response response) override {
    settle();
    telling_.finish(response);
    account_.told(telling_);
    account_.answered(response);
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
  std::unique_ptr<http::Body> content() override { return outer_.content(); }
  void on_gone(std::function<void()> told) override { outer_.on_gone(std::move(told)); }

 private:
  friend class Pending;
  void settle() {
    if (pending_ != nullptr) pending_->wire_ = nullptr;
    pending_ = nullptr;
  }

  http::Exchange outer_;
  Telling telling_;
  Account account_;
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
  if (options_.mode == Mode::off) return next_.handle(request, std::move(exchange));
  if (options_.judgement != nullptr) options_.judgement->arrived(request);
  if (request.pushed) exchange = watched(request, std::move(exchange));
  std::shared_ptr<const Plan> plan;
  if (asks_for_document(request)) plan = planner_.plan(request.path());
  if (!plan || (plan->items.empty() && plan->withheld.empty())) {
    return next_.handle(request, std::move(exchange));
  }
  answer_page(request, std::move(exchange), std::move(plan));
}

void HintingHandler::answer_page(const http::Request& request, http::Exchange exchange,
                                 std::shared_ptr<const Plan> plan) {
  Verdict verdict{.decision = decide(request, options_.mode)};
  Account account;
  if (Judgement* judgement = options_.judgement) {
    Judgement::Judged judged = judgement->judge(request, plan, verdict.decision, options_.mode);
    verdict = std::move(judged.verdict);
    account = Account(*judgement, std::move(judged.entry));
  }
  auto wire = std::make_unique<HintedWire>(
      std::move(exchange), Telling(std::move(plan), std::move(verdict)), std::move(account));
  wire->tell_by_push();
  if (options_.mode == Mode::early_hints || options_.mode == Mode::push_early_hints) {
    wire->tell_by_hint();
  }
  const Pending pending(*wire);
  next_.handle(request, http::Exchange(std::move(wire)));
  // A page that was ready at once has its links already; a 103 would only have delayed it.
  if (pending.wire() != nullptr) pending.wire()->tell_by_hint();
}

http::Exchange HintingHandler::watched(const http::Request& request,
                                       http::Exchange exchange) const {
  Judgement* judgement = options_.judgement;
  if (judgement == nullptr || request.peer == nullptr) return exchange;
  return watch_push(std::move(exchange),
                    [judgement, connection = request.peer->connection, target = request.target](
                        std::uint64_t bytes, PushEnd end) {
                      judgement->push_ended(connection, target, bytes, end);
                    });
}

}  // namespace hints
