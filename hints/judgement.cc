#include "hints/judgement.h"

#include <algorithm>
#include <utility>

#include "hints/opinion.h"
#include "hints/route.h"
#include "hints/target.h"

namespace hints {
namespace {

using namespace std::chrono_literals;
using Visitor = RouteHistory::Visitor;

// Answers in a row that were not the page, after which nothing is said in advance.
constexpr std::uint32_t most_disappointments = 2;

Visitor visitor_of(const http::Request& request) {
  const bool known = request.fields.has("cookie") || request.fields.has("authorization");
  return known ? Visitor::known : Visitor::anonymous;
}

// Everybody may fetch what is a file of this site; what an app server told may be for some only.
bool for_everybody(const Plan& plan) {
  return std::ranges::none_of(plan.items, [](const Item& item) { return item.version.empty(); });
}

}  // namespace

std::string_view too_soon(std::optional<ThinkTime::Duration> usual,
                          std::chrono::microseconds round_trip) {
  if (!usual || round_trip.count() == 0 || *usual >= round_trip / 4) return {};
  return "the page comes too soon for a hint";
}

Judgement::Judgement(net::Loop& loop, Options options)
    : loop_(loop),
      options_(options),
      routes_(options.routes),
      visits_(loop, options.visits, [this](const Visit& visit) { settle(visit); }) {}

void Judgement::use(Adaptive adaptive, Feedback feedback) {
  options_.adaptive = adaptive;
  options_.feedback = feedback;
}

// ------------------------------------------------------------------------------ before the answer

void Judgement::arrived(const http::Request& request) {
  if (request.pushed || request.peer == nullptr || request.method != "GET") return;
  Visit* visit = visits_.of_connection(request.peer->connection);
  if (visit == nullptr) return;
  visit->loads |= names_asset(request.target);
  const auto place = visit->find(request.target);
  if (!place) return;
  visit->assets[*place].asked = true;
  visit->loads = true;
}

Judgement::Judged Judgement::judge(const http::Request& request,
                                   const std::shared_ptr<const Plan>& plan, Verdict allowed,
                                   Mode mode) {
  Judged judged{
      std::move(allowed),
      {.route = route_of(request.path()), .visitor = visitor_of(request), .began = loop_.now()}};
  Verdict& verdict = judged.verdict;
  Entry& entry = judged.entry;
  RouteHistory& route = routes_.get(entry.route);
  const RouteHistory::Answers& answers = route.answers(entry.visitor);
  const http::TransportGauge* gauge = request.peer == nullptr ? nullptr : request.peer->gauge;
  const auto way = gauge == nullptr ? std::nullopt : std::optional(gauge->transport());
  verdict.decision = weigh(verdict.decision, answers, *plan, way, mode);
  if (way) verdict.push_bytes = push_budget(*way, answers.think.usual().value_or(0us));
  if (request.peer == nullptr || !begins_visit(request)) return judged;

  ++route.visits;
  if (options_.feedback == Feedback::on) verdict.lots = draw_lots(route, *plan);
  entry.connection = request.peer->connection;
  Visit visit{.connection = entry.connection, .route = entry.route, .plan = plan};
  visit.assets.resize(plan->items.size());
  entry.visit = visits_.open(std::move(visit)).number;
  return judged;
}

// What goes for the whole plan.
Decision Judgement::weigh(Decision decision, const RouteHistory::Answers& answers, const Plan& plan,
                          const std::optional<http::Transport>& way, Mode mode) const {
  const auto close = [](std::string_view& open, std::string_view reason) {
    if (open.empty()) open = reason;
  };
  const auto close_both = [&](std::string_view reason) {
    close(decision.no_push, reason);
    close(decision.no_early_hints, reason);
  };
  if (answers.not_page >= most_disappointments) {
    close_both("the latest answers were not the page");
  }
  if (!for_everybody(plan) && !answers.shown) {
    close_both("such a client has not been shown the page yet");
  }
  if (!way) return decision;
  if (options_.adaptive == Adaptive::on && mode == Mode::automatic) {
    close(decision.no_early_hints, too_soon(answers.think.usual(), way->round_trip));
  }
  if (!way->takes_pushes) close(decision.no_push, push_refused);
  if (way->live_waiting) close(decision.no_push, "an event waits");
  return decision;
}

// What goes for each item.
std::vector<Lot> Judgement::draw_lots(RouteHistory& route, const Plan& plan) const {
  std::vector<Lot> lots(plan.items.size());
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    const Item& item = plan.items[i];
    Usage& usage = route.asset(item.target).usage;
    if (!named_by_page(item)) {
      const Usage::Turn turn = usage.turn(i);
      if (turn == Usage::Turn::demoted) lots[i].withheld = "not needed lately";
      if (turn == Usage::Turn::leave_out) {
        lots[i].withheld = "left out to see whether it is needed";
      }
    }
    if (!usage.worth_a_push()) lots[i].no_push = "cancelled lately";
    usage.turned();
  }
  return lots;
}

void Judgement::told(const Entry& entry, std::span<const Usage::Told> told) {
  Visit* visit = visits_.find(entry.connection, entry.visit);
  if (visit == nullptr) return;
  for (std::size_t i = 0; i < told.size() && i < visit->assets.size(); ++i) {
    visit->assets[i].told = told[i];
  }
}

void Judgement::hinted(const Entry& entry) { ++routes_.get(entry.route).hints; }

void Judgement::answered(const Entry& entry, Answer answer) {
  const auto took = std::chrono::duration_cast<ThinkTime::Duration>(loop_.now() - entry.began);
  routes_.get(entry.route).of(entry.visitor).add(took, answer);
  Visit* visit = visits_.find(entry.connection, entry.visit);
  if (visit != nullptr) visit->shown = answer == Answer::page;
}

// ------------------------------------------------------------------------------- after the answer

void Judgement::push_ended(std::uint64_t connection, std::string_view target, std::uint64_t bytes,
                           PushEnd end) {
  Visit* visit = visits_.of_connection(connection);
  const auto place = visit == nullptr ? std::nullopt : visit->find(target);
  if (end == PushEnd::unsent) return;  // the next plan knows why
  if (!place || visit->assets[*place].told != Usage::Told::by_push) return;
  RouteHistory& route = routes_.get(visit->route);
  AssetHistory& history = route.asset(target);
  history.usage.push_ended(end);
  if (end == PushEnd::whole) {
    visit->assets[*place].asked = true;  // it has what it would have asked for
    return;
  }
  history.wasted += bytes;
  route.wasted += bytes;
}

// A client that loads nothing, or has everything, tells nothing of what the page needs.
void Judgement::settle(const Visit& visit) {
  RouteHistory& route = routes_.get(visit.route);
  route.pushes += static_cast<std::uint64_t>(
      std::ranges::count(visit.assets, Usage::Told::by_push, &Visit::Asset::told));
  if (!visit.shown || !visit.loads) return;
  for (std::size_t i = 0; i < visit.assets.size(); ++i) {
    const Visit::Asset& asset = visit.assets[i];
    const Item& item = visit.plan->items[i];
    AssetHistory& history = route.asset(item.target);
    history.usage.settle(asset.told, asset.asked ? Usage::Asked::yes : Usage::Asked::no);
    if (asset.told == Usage::Told::no) continue;
    ++history.told;
    ++route.told;
    route.lately.add(asset.asked ? 1 : 0);
    if (!asset.asked) continue;
    ++history.taken;
    ++route.taken;
    if (named_by_page(item)) continue;
    const auto wasted =
        static_cast<std::uint64_t>(static_cast<double>(item.bytes) * (1 - history.usage.need()));
    history.wasted += wasted;
    route.wasted += wasted;
  }
}

const RouteHistory* Judgement::history(std::string_view path) {
  visits_.sweep();
  return routes_.find(route_of(path));
}

const std::list<RouteHistory>& Judgement::routes() {
  visits_.sweep();
  return routes_.all();
}

}  // namespace hints
