#include "server/net/ticket_keys.h"

#include <openssl/rand.h>

#include <algorithm>

#include "server/net/error.h"

namespace net {
namespace {

TicketKeys::Key random_key() {
  TicketKeys::Key key;
  const auto fill = [](auto& bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
      throw Error("no randomness for session tickets");
    }
  };
  fill(key.name);
  fill(key.cipher);
  fill(key.mac);
  return key;
}

bool named(const TicketKeys::Key& key, const unsigned char* name) {
  return std::equal(key.name.begin(), key.name.end(), name);
}

}  // namespace

TicketKeys::TicketKeys(std::chrono::seconds lifetime)
    : lifetime_(lifetime), current_(random_key()), since_(std::chrono::steady_clock::now()) {}

void TicketKeys::rotate_if_due() {
  const auto age = std::chrono::steady_clock::now() - since_;
  if (age < lifetime_) return;
  previous_ = age < 2 * lifetime_ ? std::optional(current_) : std::nullopt;
  current_ = random_key();
  since_ = std::chrono::steady_clock::now();
}

TicketKeys::Key TicketKeys::current() {
  const std::lock_guard lock(mutex_);
  rotate_if_due();
  return current_;
}

std::optional<TicketKeys::Key> TicketKeys::find(const unsigned char* name) {
  const std::lock_guard lock(mutex_);
  rotate_if_due();
  if (named(current_, name)) return current_;
  if (previous_ && named(*previous_, name)) return previous_;
  return std::nullopt;
}

}  // namespace net
