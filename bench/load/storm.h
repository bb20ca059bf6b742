// StormLoad: a crowd of EventSources, many on each connection, that come all at once, lose their
// server all at once, and come back as browsers do: after the time that the server asked for, with
// the last id, and never again after an answer other than 200. An account of how long that takes,
// of who died of it, and of how late events are meanwhile for those who are there.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/connection.h"
#include "bench/load/histogram.h"
#include "bench/load/publisher.h"

namespace bench {

class StormLoad {
 public:
  struct Options {
    Target target;
    Publisher::Options publisher;
    std::string path = "/events?topic=bench";
    std::uint32_t connections = 2500;
    std::uint32_t streams = 20;                   // of each connection
    double rate = 5;                              // messages a second
    std::chrono::milliseconds calm{3000};         // before the storm, and after it
    std::chrono::milliseconds patience{120'000};  // for all to be there
  };
  // Tells "opened" when all are there, "measuring" and "calm" around a calm time, after which it
  // waits for its server to go; then "back", and "done".
  StormLoad(net::Loop& loop, const Options& options);
  ~StormLoad();
  bool succeeded() const { return succeeded_; }

 private:
  class Source;
  class Group;
  enum class Phase { coming, calm, waiting, storm, after, done };

  void come();
  void is_there();
  void has_gone();
  void died(int status);
  void next_phase();
  void connect_publisher();
  void publish();
  void heard(std::uint64_t published);
  void finish();
  void fail(const std::string& why);

  net::Loop& loop_;
  const Options options_;
  ClientTls tls_;
  Phase phase_ = Phase::coming;
  std::deque<Source> sources_;
  std::deque<Group> groups_;
  std::unique_ptr<Publisher> publisher_;
  bool can_publish_ = false;
  net::Timer phase_timer_;
  net::Timer publish_timer_;
  net::Later publisher_later_;
  std::uint64_t there_ = 0;
  std::uint64_t put_off_ = 0;     // answered that they should come later
  std::uint64_t dead_ = 0;        // answered other than 200
  std::uint64_t refused_ = 0;     // connections that could not be made
  net::Clock::time_point since_;  // the crowd began to come
  Histogram before_;              // latencies in calm times
  Histogram during_;              // while a crowd comes
  bool succeeded_ = false;
};

}  // namespace bench
