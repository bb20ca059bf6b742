#include "bench/load/visits.h"

#include <algorithm>
#include <utility>

#include "bench/load/phases.h"
#include "bench/load/publisher.h"

namespace bench {

class VisitsLoad::Visit final : public Receiver, private Connection::Owner {
 public:
  Visit(VisitsLoad& load, std::uint32_t number)
      : load_(load),
        began_(nanoseconds_now()),
        connection_(load.loop_, load.options_.target, load.tls_, number, *this) {}

  void answered(int status) override {
    if (status != 200) load_.fail("a file was answered " + std::to_string(status));
  }
  void data(std::string_view) override {}
  void ended() override {
    if (load_.phase_ == Phase::done) return;
    const auto& assets = load_.options_.assets;
    if (!std::exchange(page_here_, true)) {
      left_ = assets.size();
      for (const std::string& asset : assets) connection_.get(asset, {}, *this);
    } else {
      --left_;
    }
    if (left_ == 0) load_.over(*this);
  }

  std::uint64_t took() const { return nanoseconds_now() - began_; }
  bool resumed() const { return connection_.resumed(); }
  bool broken() const { return broken_; }
  std::list<std::unique_ptr<Visit>>::iterator place;

 private:
  void opened(Connection& connection) override {
    if (load_.options_.page.empty()) return load_.over(*this);
    connection.get(load_.options_.page, {}, *this);
  }
  void failed(Connection&, const std::string&) override {
    broken_ = true;
    load_.over(*this);
  }

  VisitsLoad& load_;
  const std::uint64_t began_;
  bool page_here_ = false;
  bool broken_ = false;
  std::size_t left_ = 0;
  Connection connection_;
};

VisitsLoad::VisitsLoad(net::Loop& loop, const Options& options)
    : loop_(loop),
      options_(options),
      tls_(options.handshake == Handshake::resumed ? ClientTls::Tickets::kept
                                                   : ClientTls::Tickets::ignored),
      phase_timer_(loop, [this] { next_phase(); }),
      tidy_later_(loop, [this] { tidy(); }) {
  phase_timer_.start(options_.warm_up);
  tidy_later_.schedule();
}

VisitsLoad::~VisitsLoad() { phase_ = Phase::done; }

void VisitsLoad::over(Visit& visit) {
  if (phase_ == Phase::done || std::ranges::find(over_, &visit) != over_.end()) return;
  visit.broken() ? ++failures_ : ++visits_done_;
  if (visit.resumed()) ++resumed_;
  took_.add(visit.took());
  over_.push_back(&visit);
  tidy_later_.schedule();
}

// Those that are over go, and others come.
void VisitsLoad::tidy() {
  for (Visit* visit : std::exchange(over_, {})) visits_.erase(visit->place);
  // The first one alone: it brings the ticket that the others resume with.
  const std::uint32_t at_once =
      options_.handshake == Handshake::resumed && !tls_.session() ? 1 : options_.at_once;
  while (phase_ != Phase::done && visits_.size() < at_once) {
    visits_.push_back(std::make_unique<Visit>(*this, begun_++));
    visits_.back()->place = std::prev(visits_.end());
  }
}

void VisitsLoad::next_phase() {
  if (phase_ == Phase::warming) {
    phase_ = Phase::measuring;
    visits_done_ = resumed_ = failures_ = 0;
    took_ = Histogram{};
    phase_timer_.start(options_.measure);
    return tell("measuring");
  }
  phase_ = Phase::done;
  tell("measured");
  const auto micros = [this](double share) {
    return static_cast<double>(took_.percentile(share)) / 1000;
  };
  tell("done", {{"visits", visits_done_},
                {"resumed", resumed_},
                {"failures", failures_},
                {"took_us", {{"p50", micros(0.5)}, {"p99", micros(0.99)}}}});
  succeeded_ = true;
  loop_.stop();
}

void VisitsLoad::fail(const std::string& why) {
  if (std::exchange(phase_, Phase::done) == Phase::done) return;
  tell("failed", {{"why", why}});
  loop_.stop();
}

}  // namespace bench
