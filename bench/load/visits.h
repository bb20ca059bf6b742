// VisitsLoad: short lives: a new connection, a handshake (full or resumed), a page and its assets
// if there are any, and goodbye.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/connection.h"
#include "bench/load/histogram.h"

namespace bench {

class VisitsLoad {
 public:
  enum class Handshake { full, resumed };
  struct Options {
    Target target;
    Handshake handshake = Handshake::full;
    std::string page;                 // none: the handshake alone, up to the server's SETTINGS
    std::vector<std::string> assets;  // asked for together when the page has come
    std::uint32_t at_once = 16;
    std::chrono::milliseconds warm_up{500};
    std::chrono::milliseconds measure{5000};
  };
  VisitsLoad(net::Loop& loop, const Options& options);
  ~VisitsLoad();
  bool succeeded() const { return succeeded_; }

 private:
  class Visit;
  enum class Phase { warming, measuring, done };

  void next_phase();
  void over(Visit& visit);
  void tidy();
  void fail(const std::string& why);

  net::Loop& loop_;
  const Options options_;
  ClientTls tls_;
  Phase phase_ = Phase::warming;
  std::list<std::unique_ptr<Visit>> visits_;
  std::vector<Visit*> over_;
  net::Timer phase_timer_;
  net::Later tidy_later_;
  std::uint32_t begun_ = 0;
  std::uint64_t visits_done_ = 0;
  std::uint64_t resumed_ = 0;
  std::uint64_t failures_ = 0;
  Histogram took_;
  bool succeeded_ = false;
};

}  // namespace bench
