// Audience: what the event streams of one worker share: how many there may be, and how many may
// come at once, the heart-beat of those that are idle (one timer for all), and the word that it is
// time to go, which is not said to all at one moment: they would all come back at one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "server/net/chain.h"
#include "server/net/loop.h"
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
    // New streams a second, on average, two seconds' worth at once; the others are asked to come
    // back. So a crowd that has lost its server does not fell the next one.
    std::size_t arrivals = 5000;
    // Streams a second that are sent away when draining; more if `grace` would not do.
    std::size_t departures = 2000;
    std::chrono::milliseconds grace{20'000};
  };

  // A stream: idle once it has said all it had to say, else busy.
  class Member : public net::Link {
   public:
    // Events that it has yet to give, at most.
    virtual std::uint64_t behind() const = 0;
    // Time for a heart-beat, or to go. It is not idle any more.
    virtual void rouse() = 0;
    net::Clock::time_point due;

   protected:
    ~Member() = default;
  };

  // `loop` must outlive it.
  Audience(net::Loop& loop, Options options);
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  // For whoever comes, and whatever is said, from now on.
  void use(const Options& options) { options_ = options; }

  // While it lives a stream of that connection is counted. The audience outlives it.
  class Place {
   public:
    Place(Audience& home, std::uint64_t connection) : home_(&home), connection_(connection) {}
    Place(Place&& other) noexcept
        : home_(std::exchange(other.home_, nullptr)), connection_(other.connection_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (home_) home_->leave(connection_);
    }
    Audience& audience() const { return *home_; }

   private:
    Audience* home_;
    std::uint64_t connection_;
  };
  // None: too many already, or draining.
  std::optional<Place> enter(std::uint64_t connection);
  // `member` is roused once, unless it becomes busy, or goes, before.
  void idle(Member& member);
  void busy(Member& member) { busy_.push_back(member); }

  // Everyone is to go, one after the other, and nobody is let in.
  void drain();
  bool draining() const { return draining_; }
  // Whether the stream that asks is to go now. Each true is one departure.
  bool sends_away();
  std::size_t subscribers() const { return subscribers_; }
  // Of the streams that have something to say: how many, and the most events that one has yet to
  // give. Looks at the first thousands.
  struct Lag {
    std::uint64_t streams = 0;
    std::uint64_t events = 0;
  };
  Lag lag();
  // Somewhat before `end`, which may be the end of time: not all of one hour's tokens at once.
  net::Clock::time_point before(net::Clock::time_point end);
  // "retry: <ms>\n\n": when to come back.
  std::string retry();
  net::Clock::time_point now() const { return loop_.now(); }

  std::uint64_t deliveries = 0;  // events written to streams and polls
  std::uint64_t gaps = 0;        // readers told that events are lost to them
  // Streams that were asked to come back later, by the limit that kept them out.
  struct PutOff {
    std::uint64_t subscribers = 0;
    std::uint64_t arrivals = 0;
    std::uint64_t topics = 0;
    std::uint64_t subscribe_rate = 0;
  } put_off;

 private:
  void leave(std::uint64_t connection);
  void beat();
  bool admits();
  void renew_departures();
  void rouse_those_who_may_go();

  net::Loop& loop_;
  Options options_;
  Jitter jitter_;
  net::Timer timer_;
  net::Chain<Member> idlers_;  // by due time, give or take the jitter
  net::Chain<Member> busy_;
  std::unordered_map<std::uint64_t, std::size_t> connections_;
  std::size_t subscribers_ = 0;
  double admissions_;  // that are left; grows with time
  net::Clock::time_point admitted_;
  bool draining_ = false;
  std::size_t share_ = 0;            // of departures, each tenth of a second
  std::size_t departures_left_ = 0;  // in the present tenth
  net::Clock::time_point tenth_;
};

}  // namespace sse
