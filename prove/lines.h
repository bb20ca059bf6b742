// Lines: the relays of a proof, on a thread of their own, and the fits of those that stand still
// again and again. From any one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <thread>
#include <vector>

#include "prove/relay.h"
#include "server/net/loop.h"

namespace prove {

class Lines {
 public:
  Lines();
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // They live as long as this. Both throw net::Error.
  Relay& add(std::uint16_t to);
  // One whose readers stall: it passes for a while and is silent for longer, by luck of `seed`.
  Relay& add_stalling(std::uint16_t to, unsigned seed);
  void be_silent(Relay& relay, std::chrono::milliseconds for_how_long, Relay::After after);
  // Every silence ends, and there are no more fits.
  void calm_down();

 private:
  class Fits;
  Relay& add(std::uint16_t to, int receive_buffer);
  void on_loop(const std::function<void()>& task);

  net::Loop loop_;
  std::vector<std::unique_ptr<Relay>> relays_;
  std::vector<std::unique_ptr<Fits>> fits_;
  std::thread thread_;
};

}  // namespace prove
