// PollsLoad: pollers in a loop, as the usual long-poll client is: each asks again as soon as it has
// an answer. A message is published when all have had the one before.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "bench/load/crowd.h"
#include "bench/load/histogram.h"
#include "bench/load/ledger.h"
#include "bench/load/message.h"
#include "bench/load/publisher.h"

namespace bench {

// How a poll says what it has had already.
enum class Cursor {
  none,        // the server keeps it
  parameter,   // ...&after=<the "cursor" of the last answer, which is JSON>
  validators,  // if-modified-since and if-none-match, from last-modified and etag
};

class PollsLoad {
 public:
  struct Options {
    Target target;
    Crowd::Options crowd;  // one poller for each connection
    Publisher::Options publisher;
    std::string path = "/poll?topic=bench";
    Cursor cursor = Cursor::parameter;
    std::string prefer;  // RFC 7240; empty: no such field
    std::chrono::milliseconds warm_up{1000};
    std::chrono::milliseconds measure{5000};
  };
  PollsLoad(net::Loop& loop, const Options& options);
  ~PollsLoad();
  bool succeeded() const { return succeeded_; }

 private:
  class Poller;
  enum class Phase { opening, warming, measuring, done };

  void join(Connection& connection);
  void next_phase();
  void delivered(Mark mark);
  void publish_next();
  void finish();
  void fail(const std::string& why);

  net::Loop& loop_;
  const Options options_;
  ClientTls tls_;
  Phase phase_ = Phase::opening;
  std::deque<Poller> pollers_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Crowd> crowd_;
  net::Timer phase_timer_;
  net::Timer overdue_;
  net::Later publish_later_;
  Account account_;
  Account before_;
  std::uint64_t bytes_before_ = 0;
  Histogram latency_;
  bool succeeded_ = false;
};

}  // namespace bench
