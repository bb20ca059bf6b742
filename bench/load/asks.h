// AsksLoad: one client that asks for the same file again and again, at a steady rate: how long it
// waits, whatever else the server has to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "bench/load/connection.h"
#include "bench/load/histogram.h"

namespace bench {

class AsksLoad final : private Connection::Owner {
 public:
  struct Options {
    Target target;
    std::string path;
    double rate = 200;  // requests a second
    std::chrono::milliseconds warm_up{500};
    std::chrono::milliseconds measure{5000};
  };
  AsksLoad(net::Loop& loop, const Options& options);
  ~AsksLoad();
  bool succeeded() const { return succeeded_; }

 private:
  class Ask;
  enum class Phase { warming, measuring, done };

  void opened(Connection& connection) override;
  void failed(Connection& /*connection*/, const std::string& why) override { fail(why); }
  void ask();
  void over(const Ask& ask);
  void next_phase();
  void fail(const std::string& why);

  net::Loop& loop_;
  const Options options_;
  ClientTls tls_{ClientTls::Tickets::ignored};
  Phase phase_ = Phase::warming;
  std::list<std::unique_ptr<Ask>> asks_;  // under way
  net::Timer next_;
  net::Timer phase_timer_;
  std::uint64_t due_ = 0;  // when the next one should be sent: what is sent late has waited
  std::uint64_t asked_ = 0;
  Histogram took_;
  bool succeeded_ = false;
  Connection connection_;
};

}  // namespace bench
