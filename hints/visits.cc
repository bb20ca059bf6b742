#include "hints/visits.h"

#include <algorithm>
#include <utility>

namespace hints {

std::optional<std::size_t> Visit::find(std::string_view target) const {
  const auto found = std::ranges::find(plan->items, target, &Item::target);
  if (found == plan->items.end()) return std::nullopt;
  return static_cast<std::size_t>(found - plan->items.begin());
}

Visits::Visits(net::Loop& loop, Options options, std::function<void(const Visit&)> settle)
    : loop_(loop), options_(options), settle_(std::move(settle)) {}

Visit& Visits::open(Visit visit) {
  sweep();
  const auto before = by_connection_.find(visit.connection);
  if (before != by_connection_.end()) close(before->second);
  if (open_.size() == options_.most) close(open_.begin());
  visit.number = ++number_;
  visit.began = loop_.now();
  open_.push_back(std::move(visit));
  by_connection_.emplace(open_.back().connection, std::prev(open_.end()));
  return open_.back();
}

Visit* Visits::of_connection(std::uint64_t connection) {
  sweep();
  const auto found = by_connection_.find(connection);
  return found == by_connection_.end() ? nullptr : &*found->second;
}

Visit* Visits::find(std::uint64_t connection, std::uint64_t number) {
  Visit* visit = of_connection(connection);
  return visit != nullptr && visit->number == number ? visit : nullptr;
}

void Visits::sweep() {
  while (!open_.empty() && loop_.now() - open_.front().began > options_.window) {
    close(open_.begin());
  }
}

void Visits::close(std::list<Visit>::iterator visit) {
  by_connection_.erase(visit->connection);
  const Visit over = std::move(*visit);
  open_.erase(visit);
  settle_(over);
}

}  // namespace hints
