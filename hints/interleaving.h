// Interleaving: a page's bytes stop behind its head until the pushes that its first paint needs
// have gone, and then go on: the browser can parse the head meanwhile, and is not kept from
// painting by the rest of a long page. One per worker.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/http/body.h"
#include "server/http/message.h"
#include "server/net/loop.h"

namespace hints {

class Interleaving {
 public:
  struct Options {
    // Of a page whose head cannot be seen because it is compressed, or that has none.
    std::size_t head_bytes = 4096;
    // A client that takes its time with the pushes gets the page all the same.
    net::Clock::duration longest_wait = std::chrono::milliseconds(500);
  };
  // Pushes of this urgency and below are what the page waits for: styles, scripts and fonts.
  static constexpr std::uint8_t critical = 2;

  // `loop` must outlive this, and this every body it has made.
  Interleaving(net::Loop& loop, Options options) : loop_(loop), options_(options) {}
  Interleaving(const Interleaving&) = delete;
  Interleaving& operator=(const Interleaving&) = delete;

  // Pushes that are under way: what a page waits for. Whoever drops it waits no more.
  class Awaited;
  // Since they were promised, before their requests are answered.
  std::unique_ptr<Awaited> await(std::uint64_t connection, std::vector<std::string> targets);
  // The page of the response waits behind its head, unless they are over.
  void hold(http::Response& response, std::unique_ptr<Awaited> pushes);
  // A push is over, in whatever way.
  void ended(std::uint64_t connection, std::string_view target);

 private:
  class HeldBody;

  net::Loop& loop_;
  const Options options_;
  std::unordered_map<std::uint64_t, Awaited*> awaited_;  // the latest of each connection
};

class Interleaving::Awaited {
 public:
  Awaited(Interleaving& home, std::uint64_t connection, std::vector<std::string> targets);
  ~Awaited();
  Awaited(const Awaited&) = delete;
  Awaited& operator=(const Awaited&) = delete;

  bool over() const { return targets_.empty(); }
  // Called once they are over, perhaps from inside the reading of another body.
  void when_over(std::function<void()> then) { then_ = std::move(then); }
  void ended(std::string_view target);
  void give_up();

 private:
  Interleaving& home_;
  const std::uint64_t connection_;
  std::vector<std::string> targets_;
  std::function<void()> then_;
};

}  // namespace hints
