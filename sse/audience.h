// Audience: what the event streams of one worker share: how many there may be, the heart-beat of
// those that are idle (one timer for all), and the word that it is time to go.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "server/net/loop.h"
#include "sse/chain.h"
#include "sse/jitter.h"

namespace sse {

class Audience {
 public:
  struct Options {
    std::chrono::milliseconds heartbeat{
        15'000};                             // of an idle stream; up to a tenth sooner or later
    std::chrono::milliseconds retry{2'000};  // 250 ms to 5 min; up to a quarter sooner or later
    std::size_t subscribers = 100'000;       // of one worker
    std::size_t per_connection = 100;
  };

  // A stream that has said all it had to say.
  class Idler : public Link {
   public:
    // Time for a heart-beat, or to go. It is not idle any more.
    virtual void rouse() = 0;
    net::Clock::time_point due;

   protected:
    ~Idler() = default;
  };

  // `loop` must outlive it.
  Audience(net::Loop& loop, Options options);
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  // False: too many already, or draining. Each true needs one leave().
  bool enter(std::uint64_t connection);
  void leave(std::uint64_t connection);
  // `idler` is roused once, unless it unlinks itself before.
  void idle(Idler& idler);

  // Everyone is to go, now and from now on.
  void drain();
  bool draining() const { return draining_; }
  std::size_t subscribers() const { return subscribers_; }
  // "retry: <ms>\n\n": when to come back.
  std::string retry();
  net::Clock::time_point now() const { return loop_.now(); }

  std::uint64_t deliveries = 0;  // events written to streams and polls
  std::uint64_t gaps = 0;        // readers told that events are lost to them

 private:
  void beat();

  net::Loop& loop_;
  Options options_;
  Jitter jitter_;
  net::Timer timer_;
  Chain<Idler> idlers_;  // by due time, give or take the jitter
  std::unordered_map<std::uint64_t, std::size_t> connections_;
  std::size_t subscribers_ = 0;
  bool draining_ = false;
};

}  // namespace sse
