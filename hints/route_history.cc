#include "hints/route_history.h"

#include <algorithm>
#include <functional>

namespace hints {

void RouteHistory::Answers::add(ThinkTime::Duration took, Answer answer) {
  const bool page = answer == Answer::page;
  think.add(took);
  shown |= page;
  not_page = page ? 0 : not_page + 1;
}

const RouteHistory::Answers& RouteHistory::answers(Visitor visitor) const {
  const Answers& own = by_visitor[static_cast<std::size_t>(visitor)];
  const bool nothing_known = own.think.latest().empty();
  return nothing_known ? by_visitor[static_cast<std::size_t>(Visitor::anonymous)] : own;
}

const AssetHistory* RouteHistory::find(std::string_view target) const {
  const std::size_t hash = std::hash<std::string_view>{}(target);
  for (const AssetHistory& one : assets) {
    if (one.hash == hash && one.target == target) return &one;
  }
  return nullptr;
}

AssetHistory& RouteHistory::asset(std::string_view target) {
  auto* asset = const_cast<AssetHistory*>(find(target));
  if (asset == nullptr) {
    if (assets.size() == most_assets) {
      assets.erase(std::ranges::min_element(assets, {}, &AssetHistory::latest));
    }
    asset = &assets.emplace_back();
    asset->target = target;
    asset->hash = std::hash<std::string_view>{}(target);
  }
  asset->latest = visits;
  return *asset;
}

RouteHistory* Routes::find(std::string_view name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &*found->second;
}

RouteHistory& Routes::get(std::string_view name) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    routes_.splice(routes_.begin(), routes_, found->second);
    return routes_.front();
  }
  if (routes_.size() == most_) {
    by_name_.erase(routes_.back().name);
    routes_.pop_back();
  }
  routes_.emplace_front(name);
  by_name_.emplace(routes_.front().name, routes_.begin());
  return routes_.front();
}

}  // namespace hints
