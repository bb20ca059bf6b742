// PushLedger: what has been pushed on a connection, and so whether more may be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "server/h2/frame.h"
#include "server/http/exchange.h"
#include "server/http/limits.h"

namespace h2 {

class PushLedger {
 public:
  explicit PushLedger(const http::Limits& limits) : limits_(limits) {}

  // Push::promised if the target may be pushed; else why not.
  http::Push verdict(std::string_view target) const {
    if (next_ > largest_stream) return http::Push::exhausted;
    if (known_.contains(hash_of(target))) return http::Push::repeated;
    if (cancelled_ >= limits_.cancelled_pushes) return http::Push::unwanted;
    const bool room = pushed_ < limits_.pushes && under_way_ < limits_.concurrent_pushes;
    return room ? http::Push::promised : http::Push::exhausted;
  }
  // The identifier of the promised stream.
  std::uint32_t promise(std::string_view target) {
    known_.insert(hash_of(target));
    ++pushed_;
    ++under_way_;
    return std::exchange(next_, next_ + 2);
  }
  // The client has asked for it itself.
  void asked(std::string_view target) {
    if (known_.size() < most_known) known_.insert(hash_of(target));
  }
  // A pushed stream is closed.
  void closed() { --under_way_; }
  // The client has reset one.
  void cancelled() { ++cancelled_; }
  bool idle(std::uint32_t id) const { return id >= next_; }

 private:
  static constexpr std::size_t most_known = 4096;

  static std::size_t hash_of(std::string_view target) {
    return std::hash<std::string_view>{}(target);
  }

  const http::Limits& limits_;
  std::unordered_set<std::size_t> known_;  // targets, asked for or promised
  std::size_t pushed_ = 0;
  std::size_t under_way_ = 0;
  std::size_t cancelled_ = 0;
  std::uint32_t next_ = 2;
};

}  // namespace h2
