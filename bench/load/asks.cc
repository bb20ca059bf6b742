#include "bench/load/asks.h"

#include <utility>

#include "bench/load/phases.h"
#include "bench/load/publisher.h"

namespace bench {

class AsksLoad::Ask final : public Receiver {
 public:
  Ask(AsksLoad& load, std::uint64_t due) : load_(load), due_(due) {}
  void answered(int status) override {
    if (status != 200) load_.fail("a request was answered " + std::to_string(status));
  }
  void data(std::string_view) override {}
  void ended() override { load_.over(*this); }

  std::uint64_t due() const { return due_; }
  std::list<std::unique_ptr<Ask>>::iterator place;

 private:
  AsksLoad& load_;
  const std::uint64_t due_;
};

AsksLoad::AsksLoad(net::Loop& loop, const Options& options)
    : loop_(loop),
      options_(options),
      next_(loop, [this] { ask(); }),
      phase_timer_(loop, [this] { next_phase(); }),
      connection_(loop, options_.target, tls_, 0, *this) {}

AsksLoad::~AsksLoad() = default;

void AsksLoad::opened(Connection&) {
  phase_timer_.start(options_.warm_up);
  due_ = nanoseconds_now();
  ask();
}

// All whose time has come.
void AsksLoad::ask() {
  if (phase_ == Phase::done) return;
  const std::uint64_t now = nanoseconds_now();
  const auto apart = static_cast<std::uint64_t>(1e9 / options_.rate);
  for (; due_ <= now; due_ += apart) {
    asks_.push_back(std::make_unique<Ask>(*this, due_));
    asks_.back()->place = std::prev(asks_.end());
    connection_.get(options_.path, {}, *asks_.back());
  }
  next_.start(std::chrono::nanoseconds(due_ - now));
}

void AsksLoad::over(const Ask& ask) {
  ++asked_;
  took_.add(nanoseconds_now() - ask.due());
  asks_.erase(ask.place);
}

void AsksLoad::next_phase() {
  if (phase_ == Phase::warming) {
    phase_ = Phase::measuring;
    asked_ = 0;
    took_ = Histogram{};
    phase_timer_.start(options_.measure);
    return tell("measuring");
  }
  phase_ = Phase::done;
  tell("measured");
  const auto micros = [this](double share) {
    return static_cast<double>(took_.percentile(share)) / 1000;
  };
  tell("done", {{"asked", asked_},
                {"took_us",
                 {{"p50", micros(0.5)},
                  {"p99", micros(0.99)},
                  {"max", static_cast<double>(took_.max()) / 1000}}}});
  succeeded_ = true;
  loop_.stop();
}

void AsksLoad::fail(const std::string& why) {
  if (std::exchange(phase_, Phase::done) == Phase::done) return;
  tell("failed", {{"why", why}});
  loop_.stop();
}

}  // namespace bench
