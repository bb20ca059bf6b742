#include "sse/poll_body.h"

#include <utility>

namespace sse {
namespace {

constexpr std::size_t part = 1024;  // bytes of a message's data that are written at once

// What holds for what either of them tells of.
Gap joined(const Gap& older, Gap newer) {
  newer.requested = older.requested;
  const std::optional<EventId> before = EventId::parse(older.complete_after);
  const std::optional<EventId> now = EventId::parse(newer.complete_after);
  if (before && now && before->epoch == now->epoch && before->seq > now->seq) {
    newer.complete_after = older.complete_after;
  }
  return newer;
}

}  // namespace

PollBody::PollBody(Subscription&& from, Audience& audience, std::size_t& count, Terms terms)
    : audience_(audience), count_(count), terms_(std::move(terms)) {
  subscription_.emplace(std::move(from), static_cast<Subscription::Reader&>(*this));
  ++count_;
}

PollBody::~PollBody() { --count_; }

http::Read PollBody::read(std::span<std::byte> into, http::Waker& /*later*/) {
  std::size_t used = 0;
  const std::size_t most_looks =
      (subscription_ ? subscription_->looks() : 0) + Subscription::looks_together;
  for (;;) {
    const auto left = into.subspan(used);
    const std::size_t bytes = text_.copy(reinterpret_cast<char*>(left.data()), left.size(), next_);
    next_ += bytes;
    used += bytes;
    if (next_ < text_.size()) return {used, false};
    if (!subscription_) break;
    if (used == into.size()) return {used, false};
    if (used > 0 && subscription_->looks() > most_looks) return {used, false, true};
    text_.clear();
    next_ = 0;
    write_more();
    written_ += text_.size();
  }
  if (const auto& receipt = terms_.receipt) {
    receipt->cursors.sent(receipt->client, receipt->turn.ticket);
  }
  return {used, true};
}

void PollBody::write_more() {
  if (!opened_) return open();
  if (event_) return go_on();
  if (auto missed = subscription_->missed()) {
    if (messages_ > 0) return end(last_id_, true);
    if (terms_.frame == Frame::list) return end(std::nullopt, true);
    terms_.gap = terms_.gap ? joined(*terms_.gap, *missed) : missed;
  }
  const EventRef* event = subscription_->next();
  if (!event) return end(subscription_->reached(), subscription_->catching_up());
  if (messages_ > 0 && (messages_ >= terms_.max || written_ >= terms_.bytes)) {
    return end(last_id_, true);
  }
  begin_message(*event);
}

void PollBody::open() {
  if (!terms_.gap) terms_.gap = subscription_->missed();
  if (terms_.gap) terms_.frame = Frame::object;
  polled::append_opening(text_, terms_.frame);
  opened_ = true;
}

void PollBody::begin_message(const EventRef& event) {
  event_ = event;
  subscription_->take();
  last_id_ = event_->id();
  data_ = 0;
  ++audience_.deliveries;
  if (messages_++ > 0) text_ += ',';
  polled::append_message_opening(text_, *event_, terms_.shape);
  go_on();
}

void PollBody::go_on() {
  data_ += polled::append_data(text_, *event_, data_, part);
  if (data_ < event_->data().size()) return;
  polled::append_message_end(text_, *event_, terms_.shape);
  event_.reset();
}

// Without a cursor the client is where it was.
void PollBody::end(const std::optional<std::string>& cursor, bool more) {
  polled::append_ending(text_, terms_.frame, cursor ? *cursor : std::string_view(), more,
                        terms_.gap);
  if (terms_.gap) ++audience_.gaps;
  if (const auto& receipt = terms_.receipt; receipt && cursor) {
    receipt->cursors.offer(receipt->client, receipt->turn, receipt->connection, *cursor,
                           audience_.now());
  }
  subscription_.reset();
}

}  // namespace sse
