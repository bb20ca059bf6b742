// AddressLimits: how many connections one client address may have, and how many new ones a second.
// Shared by all workers; a lock is held for each accept and each close, never for a request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "server/net/loop.h"

namespace server {

class AddressLimits {
 public:
  // Who stands behind a proxy or balancer that hides the clients' addresses sets both to 0: no
  // limit.
  struct Options {
    std::size_t connections = 4096;  // of one address, at one time
    // Of one address, in a second, on average: a bucket of tokens that holds ten seconds' worth.
    std::size_t new_per_second = 500;
  };
  enum class Refusal { none, too_many, too_fast };

  // What one connection takes of its address; given back when it is destroyed. The limits must
  // outlive it.
  class Seat {
   public:
    Seat() = default;
    Seat(Seat&& other) noexcept
        : limits_(std::exchange(other.limits_, nullptr)), key_(other.key_) {}
    Seat& operator=(Seat&& other) noexcept {
      std::swap(limits_, other.limits_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~Seat() {
      if (limits_) limits_->leave(key_);
    }

   private:
    friend class AddressLimits;
    Seat(AddressLimits& limits, std::uint64_t key) : limits_(&limits), key_(key) {}
    AddressLimits* limits_ = nullptr;
    std::uint64_t key_ = 0;
  };
  struct Admission {
    Refusal refusal = Refusal::none;
    Seat seat;  // empty if refused
  };

  explicit AddressLimits(Options options) : options_(options) {}

  // From now on; who has more already keeps it. From any thread.
  void use(Options options);

  // `address` is numeric. From any thread; `now` may differ a little from thread to thread.
  Admission admit(std::string_view address, net::Clock::time_point now);

  // Addresses that are remembered now: those with connections, and those whose bucket is not full
  // yet.
  std::size_t remembered() const;

 private:
  struct Client {
    std::size_t connections = 0;
    double tokens = 0;
    net::Clock::time_point seen;
  };
  double bucket() const { return 10.0 * static_cast<double>(options_.new_per_second); }
  void refill(Client& client, net::Clock::time_point now) const;
  void forget_idle(net::Clock::time_point now);
  void leave(std::uint64_t key);

  mutable std::mutex mutex_;  // guards all below
  Options options_;
  std::unordered_map<std::uint64_t, Client> clients_;
  std::size_t sweep_at_ = 1024;  // when so many are remembered, those that need not be are dropped
};

}  // namespace server
