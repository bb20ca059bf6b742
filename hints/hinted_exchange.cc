#include "hints/hinted_exchange.h"

#include <string>
#include <utility>
#include <vector>

namespace hints {
namespace {

Judgement::Answer kind_of(const http::Response& response) {
  const bool page = shows_page(response) || response.status == 304;
  return page ? Judgement::Answer::page : Judgement::Answer::other;
}

// By caches between here and other clients: a cookie has no business there.
bool may_be_shared(const http::Response& response) {
  const std::string control = http::to_lower(response.field("cache-control").value_or(""));
  return control.find("public") != std::string::npos ||
         control.find("s-maxage") != std::string::npos;
}

}  // namespace

Pending::Pending(HintedExchange& page) : page_(&page) { page.pending_ = this; }
Pending::~Pending() {
  if (page_ != nullptr) page_->pending_ = nullptr;
}

HintedExchange::HintedExchange(std::shared_ptr<const Plan> plan, Verdict verdict, Account account)
    : plan_(std::move(plan)), telling_(plan_, std::move(verdict)), account_(std::move(account)) {}

void HintedExchange::settle() {
  if (pending_ != nullptr) pending_->page_ = nullptr;
  pending_ = nullptr;
}

void HintedExchange::tell_by_push(http::Exchange& outer) {
  telling_.push(outer);
  if (account_.judgement != nullptr) account_.judgement->told(account_.entry, telling_.told());
  if (account_.interleaving == nullptr) return;
  std::vector<std::string> critical;
  for (std::size_t i = 0; i < plan_->items.size(); ++i) {
    const Item& item = plan_->items[i];
    const bool pushed = telling_.told()[i] == Usage::Told::by_push;
    if (pushed && item.urgency <= Interleaving::critical) critical.push_back(item.target);
  }
  if (critical.empty()) return;
  awaited_ = account_.interleaving->await(account_.connection, std::move(critical));
}

void HintedExchange::tell_by_hint(http::Exchange& outer) {
  if (telling_.hinted_early()) return;
  telling_.hint(outer);
  if (!telling_.hinted_early() || account_.judgement == nullptr) return;
  account_.judgement->told(account_.entry, telling_.told());
  account_.judgement->hinted(account_.entry);
}

void HintedExchange::complete(http::Response& response) {
  settle();
  telling_.finish(response);
  if (account_.judgement != nullptr) {
    account_.judgement->told(account_.entry, telling_.told());
    account_.judgement->answered(account_.entry, kind_of(response));
  }
  if (shows_page(response)) {
    remember_pushes(response);
    if (awaited_) account_.interleaving->hold(response, std::move(awaited_));
  }
}

// With the client, for its next connection.
void HintedExchange::remember_pushes(http::Response& response) {
  if (account_.signer == nullptr || may_be_shared(response)) return;
  bool news = false;
  for (std::size_t i = 0; i < plan_->items.size(); ++i) {
    if (telling_.told()[i] != Usage::Told::by_push) continue;
    news |= account_.cookie.add(plan_->items[i]);
  }
  if (news) response.fields.add("set-cookie", account_.cookie.set_cookie(*account_.signer));
}

}  // namespace hints
