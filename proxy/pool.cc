#include "proxy/pool.h"

#include <algorithm>
#include <utility>

namespace proxy {

Pool::Pool(net::Loop& loop, std::vector<Address> addresses, Options options)
    : loop_(loop), options_(std::move(options)) {
  for (Address& address : addresses) members_.push_back({.address = std::move(address)});
}

Pool::Member* Pool::choose(std::span<Member* const> tried) {
  std::vector<Member*> open;
  for (Member& member : members_) {
    const bool was_tried = std::ranges::find(tried, &member) != tried.end();
    if (!was_tried && !member.unhealthy) open.push_back(&member);
  }
  if (open.empty()) return nullptr;
  // Each is the first to be looked at in its turn.
  std::ranges::rotate(open, open.begin() + static_cast<std::ptrdiff_t>(turn_++ % open.size()));
  const auto resting = [now = loop_.now()](const Member* member) {
    return member->rests_until > now;
  };
  if (std::ranges::all_of(open, resting)) {
    return *std::ranges::min_element(open, {}, &Member::rests_until);
  }
  std::erase_if(open, resting);
  return *std::ranges::min_element(open, {}, &Member::in_flight);
}

void Pool::reached(Member& member) {
  if (!member.unhealthy) end_failing(member);
}

void Pool::not_reached(Member& member, const std::string& reason) {
  member.rest = std::clamp(member.rest * 2, options_.rest, options_.longest_rest);
  member.rests_until = loop_.now() + member.rest;
  begin_failing(member, reason);
}

void Pool::checked_well(Member& member) {
  member.unhealthy = false;
  end_failing(member);
}

void Pool::checked_unwell(Member& member, const std::string& reason) {
  member.unhealthy = true;
  begin_failing(member, reason);
}

std::vector<Figures> Pool::figures() const {
  std::vector<Figures> all;
  for (const Member& member : members_) {
    Figures& one = all.emplace_back(member.figures);
    one.upstream = member.address.text;
    one.in_flight = member.in_flight;
    one.failing_for = member.failing ? 1 : 0;
  }
  return all;
}

void Pool::begin_failing(Member& member, const std::string& reason) {
  if (std::exchange(member.failing, true)) return;
  if (options_.complain) {
    options_.complain("app server " + member.address.text + " fails: " + reason);
  }
  if (options_.on_failure) options_.on_failure();
}

void Pool::end_failing(Member& member) {
  member.rest = std::chrono::milliseconds(0);
  member.rests_until = {};
  if (!std::exchange(member.failing, false)) return;
  if (options_.complain) options_.complain("app server " + member.address.text + " is back");
}

}  // namespace proxy
