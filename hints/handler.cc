#include "hints/handler.h"

#include <memory>
#include <utility>

#include "hints/hinted_exchange.h"
#include "server/http/filtered_wire.h"

namespace hints {
namespace {

std::uint64_t connection_of(const http::Request& request) {
  return request.peer == nullptr ? 0 : request.peer->connection;
}

// What the client says that it has is not pushed, and may be told: it costs a client nothing.
void spare_pushes(Verdict& verdict, const Plan& plan, const VisitCookie& cookie) {
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    if (!cookie.contains(plan.items[i])) continue;
    verdict.lots.resize(plan.items.size());
    verdict.lots[i].no_push = "client has it";
  }
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
  const Experiment::Arm arm = arm_for(request);
  Verdict verdict{.decision = decide(request, arm.mode), .arm = arm.name};
  HintedExchange::Account account{.interleaving = options_.interleaving,
                                  .connection = connection_of(request)};
  if (Judgement* judgement = options_.judgement) {
    auto judged = judgement->judge(request, plan, std::move(verdict), arm.mode);
    verdict = std::move(judged.verdict);
    account.judgement = judgement;
    account.entry = std::move(judged.entry);
  }
  if (options_.signer != nullptr && verdict.decision.no_push.empty()) {
    account.signer = options_.signer;
    account.cookie = VisitCookie::of(request.fields, *options_.signer);
    spare_pushes(verdict, *plan, account.cookie);
  }
  auto wire = std::make_unique<http::FilteredWire<HintedExchange>>(
      std::move(exchange), std::move(plan), std::move(verdict), std::move(account));
  HintedExchange& page = wire->filter();
  http::Exchange& outer = wire->outer();
  page.tell_by_push(outer);
  if (arm.mode == Mode::early_hints || arm.mode == Mode::push_early_hints) page.tell_by_hint(outer);
  const Pending pending(page);
  next_.handle(request, http::Exchange(std::move(wire)));
  // A page that was ready at once has its links already; a 103 would only have delayed it.
  if (pending.page() != nullptr) page.tell_by_hint(outer);
}

// Only visits that a 103 could help are put into the arms of an experiment.
Experiment::Arm HintingHandler::arm_for(const http::Request& request) const {
  const bool eligible = options_.study != nullptr && begins_visit(request) &&
                        decide(request, Mode::automatic).no_early_hints.empty();
  if (eligible) return options_.study->draw();
  return {"", options_.mode};
}

http::Exchange HintingHandler::watched(const http::Request& request,
                                       http::Exchange exchange) const {
  Judgement* judgement = options_.judgement;
  Interleaving* interleaving = options_.interleaving;
  if (judgement == nullptr && interleaving == nullptr) return exchange;
  return watch_push(std::move(exchange),
                    [judgement, interleaving, connection = connection_of(request),
                     target = request.target](std::uint64_t bytes, PushEnd end) {
                      if (judgement) judgement->push_ended(connection, target, bytes, end);
                      if (interleaving) interleaving->ended(connection, target);
                    });
}

}  // namespace hints
