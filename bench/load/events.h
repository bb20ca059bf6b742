// EventsLoad: connections with event streams, a publisher, and the account of what came through:
// how often, how late, and whether anything is missing.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "bench/load/crowd.h"
#include "bench/load/histogram.h"
#include "bench/load/ledger.h"
#include "bench/load/publisher.h"

namespace bench {

class EventsLoad {
 public:
  struct Options {
    Target target;
    Crowd::Options crowd;
    Publisher::Options publisher;
    std::uint32_t streams = 1;  // of each connection
    std::uint32_t stalled = 0;  // more of them, whose readers take nothing after the first bytes
    std::string path = "/events?topic=bench";
    double rate = 10;                        // messages a second, when `window` is 0
    std::uint32_t window = 0;                // saturation: messages on their way at one time
    std::chrono::milliseconds settle{1000};  // between the last subscription and the first message
    std::chrono::milliseconds warm_up{1000};
    std::chrono::milliseconds measure{5000};
    std::string download;  // path of a file that every connection loads again and again meanwhile
  };
  EventsLoad(net::Loop& loop, const Options& options);
  ~EventsLoad();
  // False: it could not be carried out; the reason has been told.
  bool succeeded() const { return succeeded_; }

 private:
  class Subscriber;
  class Stalled;
  class Download;
  enum class Phase { opening, settling, warming, measuring, draining, done };

  void join(Connection& connection);
  void subscribed();
  void next_phase();
  void start_publishing();
  void begin_measuring();
  void publish_due();
  void pump();
  void drain();
  void finish();
  void fail(const std::string& why);
  std::uint64_t subscribers() const;

  net::Loop& loop_;
  const Options options_;
  ClientTls tls_;
  Phase phase_ = Phase::opening;
  std::deque<Subscriber> subscribers_;
  std::deque<Download> downloads_;
  std::deque<Stalled> stalled_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Crowd> crowd_;
  net::Timer phase_timer_;
  net::Timer publish_timer_;
  net::Later pump_later_;
  net::Clock::time_point began_;  // opening
  net::Clock::time_point publishing_since_;
  std::uint64_t answered_ = 0;
  Account account_;
  Account before_;  // when measuring began
  std::uint64_t bytes_before_ = 0;
  std::uint32_t published_before_ = 0;
  net::Clock::time_point measured_since_;
  net::Clock::time_point last_delivery_;
  std::uint64_t delivered_at_last_look_ = 0;
  unsigned looks_without_news_ = 0;
  Histogram latency_;
  bool succeeded_ = false;
};

}  // namespace bench
