#include "sse/presence.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sse/subscription_document.h"

namespace sse {
namespace {

// RFC 9562 section 5.4.
std::string random_uuid() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  bytes[6] = static_cast<unsigned char>(0x40 | (bytes[6] & 0x0F));
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3F));
  static constexpr std::string_view hex = "0123456789abcdef";
  std::string text = "urn:uuid:";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += hex[bytes[i] >> 4];
    text += hex[bytes[i] & 15];
  }
  return text;
}

}  // namespace

Presence::Presence(Sequencer& sequencer, Options options)
    : sequencer_(sequencer),
      most_subscribers_(options.subscribers),
      hub_path_(std::move(options.hub_path)) {}

std::unique_ptr<Presence::Seat> Presence::enter(net::Loop& loop,
                                                std::span<const TopicMatcher> wanted,
                                                const Grant& grant) {
  std::string subscriber = add(loop, wanted, grant);
  if (subscriber.empty()) return nullptr;
  return std::make_unique<Seat>(*this, loop, std::move(subscriber));
}

void Presence::renew(net::Loop& loop, const std::string& client,
                     std::span<const TopicMatcher> wanted, const Grant& grant,
                     net::Clock::time_point until) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = leases_.find(client);
    if (found != leases_.end()) {
      found->second.until = std::max(found->second.until, until);
      return;
    }
  }
  const std::string subscriber = add(loop, wanted, grant);
  if (subscriber.empty()) return;
  bool twice = false;
  {
    const std::lock_guard lock(mutex_);
    twice = !leases_.try_emplace(client, Lease{subscriber, until}).second;
  }
  if (twice) leave(loop, subscriber);  // another worker was first
}

void Presence::expire(net::Loop& loop, net::Clock::time_point now) {
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = leases_.begin(); at != leases_.end();) {
      if (at->second.until > now) {
        ++at;
        continue;
      }
      gone.push_back(std::move(at->second.subscriber));
      at = leases_.erase(at);
    }
  }
  for (const std::string& subscriber : gone) leave(loop, subscriber);
}

std::vector<Attending> Presence::list(std::string_view behind, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<Attending> some;
  auto at = subscribers_.upper_bound(behind);
  for (; most > 0 && at != subscribers_.end(); --most, ++at) {
    some.insert(some.end(), at->second.begin(), at->second.end());
  }
  return some;
}

void Presence::move_to(std::string hub_path) {
  const std::lock_guard lock(mutex_);
  hub_path_ = std::move(hub_path);
}

std::string Presence::hub_path() const {
  const std::lock_guard lock(mutex_);
  return hub_path_;
}

// The new subscriber's name; empty if there is no room.
std::string Presence::add(net::Loop& loop, std::span<const TopicMatcher> wanted,
                          const Grant& grant) {
  std::string subscriber = random_uuid();
  std::vector<Attending> attending;
  for (const TopicMatcher& matcher : wanted) {
    const std::string* payload = grant.payload_of(matcher);
    attending.push_back({subscriber, matcher, payload ? *payload : ""});
  }
  {
    const std::lock_guard lock(mutex_);
    if (subscribers_.size() >= most_subscribers_) return {};
    subscribers_.emplace(subscriber, attending);
  }
  tell(loop, attending, true);
  return subscriber;
}

void Presence::leave(net::Loop& loop, const std::string& subscriber) {
  std::vector<Attending> attending;
  {
    const std::lock_guard lock(mutex_);
    const auto found = subscribers_.find(subscriber);
    if (found == subscribers_.end()) return;
    attending = std::move(found->second);
    subscribers_.erase(found);
  }
  tell(loop, attending, false);
}

void Presence::tell(net::Loop& loop, const std::vector<Attending>& who, bool active) {
  const std::string path = hub_path();
  std::vector<Draft> drafts;
  for (const Attending& one : who) {
    for (const Dialect dialect : {Dialect::v0, Dialect::v1}) {
      const auto document = describe(one, dialect, path, active ? Active::yes : Active::no);
      if (!document) continue;
      Draft draft;
      draft.topic = document->id;
      draft.type = dialect == Dialect::v1 ? "mercure" : "";
      draft.data = document->json;
      draft.form = Form::json;
      draft.is_private = true;
      if (!refusal(draft)) drafts.push_back(std::move(draft));
    }
  }
  if (!drafts.empty()) sequencer_.publish(std::move(drafts), loop, [](const Published&) {});
}

}  // namespace sse
