// What a Relay does towards the app servers: one is asked, and another if that one cannot be
// reached.
#include <utility>

#include "proxy/multi.h"
#include "proxy/relay.h"

namespace proxy {

void Relay::attempt(Pool::Member& member) {
  exchange_.note({"upstream", member.address.text});
  tried_.push_back(&member);
  member_ = &member;
  ++member.in_flight;
  ++member.figures.requests;
  asked_ = heard_ = at_.loop.now();
  head_ = ResponseHead(at_.options.head);
  call_.host = host_field(authority_, member.address, at_.options.host);
  Transfer::Client& me = *this;
  transfer_.emplace(at_.multi, member.address, call_, me);
}

void Relay::leave_member(const Outcome& outcome) {
  if (!member_) return;
  Pool::Member& member = *std::exchange(member_, nullptr);
  --member.in_flight;
  count(member, outcome);
  using Kind = Outcome::Kind;
  if (outcome.kind == Kind::complete) at_.pool.reached(member);
  if (outcome.kind == Kind::unreachable || outcome.kind == Kind::late_to_connect) {
    at_.pool.not_reached(member, outcome.reason);
  }
}

void Relay::count(Pool::Member& member, const Outcome& outcome) const {
  const auto failed = [&](Failure failure) {
    ++member.figures.failures[static_cast<std::size_t>(failure)];
  };
  switch (outcome.kind) {
    case Outcome::Kind::complete:
      return;
    case Outcome::Kind::unreachable:
      return failed(Failure::unreachable);
    case Outcome::Kind::late_to_connect:
    case Outcome::Kind::late_to_answer:
      return failed(Failure::late);
    case Outcome::Kind::lost:
      return failed(Failure::lost);
    case Outcome::Kind::malformed:
      return failed(Failure::malformed);
    case Outcome::Kind::stopped:
      // By this relay, over what it was told; if it has ended, its client has left.
      if (!ended_) failed(Failure::malformed);
  }
}

std::optional<http::Read> Relay::content(std::span<std::byte> into) {
  if (ended_ || !upload_) return std::nullopt;
  const http::Read got = upload_->read(into, *this);
  if (got.bytes > 0 || got.end) heard_ = at_.loop.now();
  return got;
}

http::Headers Relay::trailers() {
  return upload_ ? request_trailers(upload_->trailers()) : http::Headers();
}

// A request of which nothing has been sent is given to another app server, and so is one that may
// be repeated.
bool Relay::try_another(const Outcome& outcome) {
  using Kind = Outcome::Kind;
  const bool unsent = outcome.kind == Kind::unreachable || outcome.kind == Kind::late_to_connect;
  const bool again = outcome.kind == Kind::lost && call_.repeatable();
  if (!unsent && !again) return false;
  Pool::Member* member = at_.pool.choose(tried_);
  if (!member) return false;
  attempt(*member);
  return true;
}

void Relay::on_end(const Outcome& outcome) {
  leave_member(outcome);
  transfer_.reset();
  if (ended_) return;
  if (answered_) {
    whole_ = outcome.kind == Outcome::Kind::complete;
    cut_ = !whole_;
    deadline_.stop();
    content_ ? wake_reader() : end();
    return;
  }
  if (!try_another(outcome)) fail(outcome);
}

}  // namespace proxy
