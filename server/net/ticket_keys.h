// TicketKeys: the keys that seal session tickets (RFC 8446 section 4.6.1, RFC 5077), shared by
// every worker and kept across a change of certificate, so that any worker resumes what any other
// has begun.
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>

namespace net {

class TicketKeys {
 public:
  struct Key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> cipher;  // AES-256-CBC
    std::array<unsigned char, 32> mac;     // HMAC-SHA-256
  };

  // A key seals for `lifetime`, and opens for as long again. Throws net::Error without randomness.
  explicit TicketKeys(std::chrono::seconds lifetime = std::chrono::hours(12));

  // Both from any thread.
  Key current();
  std::optional<Key> find(const unsigned char* name);

 private:
  void rotate_if_due();

  const std::chrono::seconds lifetime_;
  std::mutex mutex_;
  Key current_;
  std::optional<Key> previous_;
  std::chrono::steady_clock::time_point since_;
};

}  // namespace net
