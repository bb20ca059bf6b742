// HintedExchange: what becomes of the exchange of one page while it is told of: the telling, the
// account that is kept of it, and the answer, completed on its way through (a Filter). When to tell
// is the handler's business.
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

class HintedExchange;

// On the stack of a handler while the next one runs; afterwards it says whether the answer is still
// to come, without the handler having to own what it gave away.
class Pending {
 public:
  explicit Pending(HintedExchange& page);
  ~Pending();
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  // Null once the exchange has been answered or dropped.
  HintedExchange* page() const { return page_; }

 private:
  friend class HintedExchange;
  HintedExchange* page_;
};

class HintedExchange final {
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
  HintedExchange(std::shared_ptr<const Plan> plan, Verdict verdict, Account account);
  ~HintedExchange() { settle(); }
  HintedExchange(const HintedExchange&) = delete;
  HintedExchange& operator=(const HintedExchange&) = delete;

  void tell_by_push(http::Exchange& outer);
  void tell_by_hint(http::Exchange& outer);

  void complete(http::Response& response);

 private:
  friend class Pending;
  void settle();
  void remember_pushes(http::Response& response);

  std::shared_ptr<const Plan> plan_;
  Telling telling_;
  Account account_;
  std::unique_ptr<Interleaving::Awaited> awaited_;
  Pending* pending_ = nullptr;
};

}  // namespace hints
