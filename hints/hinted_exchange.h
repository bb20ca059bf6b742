// HintedExchange: the exchange of one page while it is told of: the telling, the account that is
// kept of it, and the answer, completed on its way through. When to tell is the handler's business.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "hints/interleaving.h"
#include "hints/judgement.h"
#include "hints/telling.h"
#include "hints/visit_cookie.h"
#include "server/http/exchange.h"
#include "server/net/signer.h"

namespace hints {

class HintedWire;

// On the stack of a handler while the next one runs; afterwards it says whether the answer is still
// to come, without the handler having to own what it gave away.
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

class HintedWire final : public http::Wire {
 public:
  // What is kept besides the telling; each part may be missing.
  struct Account {
    Judgement* judgement = nullptr;
    Judgement::Entry entry = {};
    const net::Signer* signer = nullptr;  // of the cookie
    VisitCookie cookie = {};              // what the client had before
    Interleaving* interleaving = nullptr;
    std::uint64_t connection = 0;
  };

  // `plan` is that of the telling.
  HintedWire(http::Exchange outer, std::shared_ptr<const Plan> plan, Verdict verdict,
             Account account);
  ~HintedWire() override { settle(); }
  HintedWire(const HintedWire&) = delete;
  HintedWire& operator=(const HintedWire&) = delete;

  void tell_by_push();
  void tell_by_hint();

  bool alive() const override { return outer_.alive(); }
  void hint(const http::Headers& fields) override { outer_.hint(fields); }
  http::Push push(std::string_view target, http::Priority priority) override {
    return outer_.push(target, priority);
  }
  void respond(http::Response response) override;
  void collect(std::size_t limit, std::function<void(std::string)> then) override;
  std::unique_ptr<http::Body> content() override { return outer_.content(); }
  void on_gone(std::function<void()> told) override { outer_.on_gone(std::move(told)); }

 private:
  friend class Pending;
  void settle();
  void remember_pushes(http::Response& response);

  http::Exchange outer_;
  std::shared_ptr<const Plan> plan_;
  Telling telling_;
  Account account_;
  std::unique_ptr<Interleaving::Awaited> awaited_;
  Pending* pending_ = nullptr;
};

}  // namespace hints
