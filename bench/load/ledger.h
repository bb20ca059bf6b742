// Ledger: what one subscriber has had of messages that are numbered without holes: each once, or it
// is counted as lost or as told twice.
#pragma once

#include <cstdint>

namespace bench {

// Of many subscribers together.
struct Account {
  std::uint64_t delivered = 0;  // each message once for each subscriber
  std::uint64_t lost = 0;
  std::uint64_t duplicates = 0;  // or out of order: an order that is kept shows neither
};

class Ledger {
 public:
  void enter(std::uint32_t number, Account& account) {
    if (number < next_) {
      ++account.duplicates;
      return;
    }
    account.lost += number - next_;
    next_ = number + 1;
    ++account.delivered;
  }
  // Nothing more comes; messages below `end` were published.
  void close(std::uint32_t end, Account& account) const {
    if (next_ < end) account.lost += end - next_;
  }
  std::uint32_t next() const { return next_; }

 private:
  std::uint32_t next_ = 0;  // the number expected
};

}  // namespace bench
