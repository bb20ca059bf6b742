#include "bench/load/events.h"

#include <algorithm>
#include <utility>

#include "bench/load/message.h"
#include "bench/load/phases.h"

namespace bench {
namespace {

// After the last message: whether everything has come is looked at so often...
constexpr std::chrono::milliseconds look_every{100};
// ...and what has not come after so many looks without any news is lost.
constexpr unsigned patience = 50;

double seconds(net::Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

class EventsLoad::Subscriber final : public Receiver {
 public:
  explicit Subscriber(EventsLoad& load) : load_(load) {}

  void answered(int status) override {
    if (status != 200) return load_.fail("a subscription was answered " + std::to_string(status));
    load_.subscribed();
  }
  void data(std::string_view bytes) override {
    const std::uint64_t now = nanoseconds_now();
    reader_.feed(bytes, [&](Mark mark) {
      ledger_.enter(mark.number, load_.account_);
      load_.latency_.add(now - mark.published);
    });
    load_.pump_later_.schedule();
  }
  void ended() override { load_.fail("the server ended an event stream"); }
  const Ledger& ledger() const { return ledger_; }

 private:
  EventsLoad& load_;
  MarkReader reader_;
  Ledger ledger_;
};

// A stream whose reader takes nothing: what it had to say when it began is all that counts.
class EventsLoad::Stalled final : public Receiver {
 public:
  explicit Stalled(EventsLoad& load) : load_(load) {}

  void answered(int status) override {
    if (status != 200) load_.fail("a subscription was answered " + std::to_string(status));
    load_.subscribed();
  }
  bool stalls() const override { return true; }
  void data(std::string_view bytes) override { taken_ += bytes.size(); }
  void ended() override { load_.fail("the server ended a stalled event stream"); }
  std::uint64_t taken() const { return taken_; }

 private:
  EventsLoad& load_;
  std::uint64_t taken_ = 0;
};

// One large file, over and over.
class EventsLoad::Download final : public Receiver {
 public:
  Download(Connection& connection, const std::string& path) : connection_(connection), path_(path) {
    connection_.get(path_, {}, *this);
  }
  void answered(int) override {}
  void data(std::string_view) override {}
  void ended() override { connection_.get(path_, {}, *this); }

 private:
  Connection& connection_;
  const std::string& path_;
};

EventsLoad::EventsLoad(net::Loop& loop, const Options& options)
    : loop_(loop),
      options_(options),
      tls_(ClientTls::Tickets::ignored),
      phase_timer_(loop, [this] { next_phase(); }),
      publish_timer_(loop, [this] { publish_due(); }),
      pump_later_(loop, [this] { pump(); }),
      began_(net::Clock::now()) {
  const auto broken = [this](const std::string& why) { fail(why); };
  crowd_ = std::make_unique<Crowd>(
      loop_, options_.target, tls_, options_.crowd,
      [this](Connection& connection) { join(connection); }, broken);
}

EventsLoad::~EventsLoad() { phase_ = Phase::done; }

std::uint64_t EventsLoad::subscribers() const {
  return std::uint64_t{options_.crowd.connections} * options_.streams;
}

void EventsLoad::join(Connection& connection) {
  for (std::uint32_t i = 0; i < options_.streams; ++i) {
    connection.get(options_.path, {{"accept", "text/event-stream"}},
                   subscribers_.emplace_back(*this));
  }
  for (std::uint32_t i = 0; i < options_.stalled; ++i) {
    connection.get(options_.path, {{"accept", "text/event-stream"}}, stalled_.emplace_back(*this));
  }
}

void EventsLoad::subscribed() {
  const std::uint64_t stalled = std::uint64_t{options_.crowd.connections} * options_.stalled;
  if (++answered_ < subscribers() + stalled) return;
  tell("opened", {{"seconds", seconds(net::Clock::now() - began_)}});
  phase_ = Phase::settling;
  phase_timer_.start(options_.settle);
}

void EventsLoad::next_phase() {
  switch (phase_) {
    case Phase::settling:
      tell("settled");
      phase_ = Phase::warming;
      publisher_ = std::make_unique<Publisher>(
          loop_, options_.target, tls_, options_.publisher, [this] { start_publishing(); },
          [this](const std::string& why) { fail(why); });
      return;
    case Phase::warming:
      return begin_measuring();
    case Phase::measuring:
      phase_ = Phase::draining;
      publish_timer_.stop();
      return phase_timer_.start(look_every);
    case Phase::draining:
      return drain();
    case Phase::opening:
    case Phase::done:
      return;
  }
}

void EventsLoad::start_publishing() {
  if (!options_.download.empty()) {
    for (Connection& connection : crowd_->connections()) {
      downloads_.emplace_back(connection, options_.download);
    }
  }
  publishing_since_ = net::Clock::now();
  phase_timer_.start(options_.warm_up);
  options_.window > 0 ? pump() : publish_due();
}

void EventsLoad::begin_measuring() {
  phase_ = Phase::measuring;
  latency_ = Histogram{};
  before_ = account_;
  bytes_before_ = crowd_->wire_bytes();
  published_before_ = publisher_->published();
  measured_since_ = net::Clock::now();
  phase_timer_.start(options_.measure);
  tell("measuring");
}

// At an even rate, whatever the server does: what comes late is seen as latency.
void EventsLoad::publish_due() {
  const auto due = [this](std::uint32_t number) {
    return publishing_since_ + std::chrono::duration_cast<net::Clock::duration>(
                                   std::chrono::duration<double>(number / options_.rate));
  };
  while (due(publisher_->published()) <= net::Clock::now()) publisher_->publish();
  publish_timer_.start(due(publisher_->published()) - net::Clock::now());
}

// As fast as deliveries come through.
void EventsLoad::pump() {
  if (account_.delivered != 0) last_delivery_ = net::Clock::now();
  if (options_.window == 0 || (phase_ != Phase::warming && phase_ != Phase::measuring)) return;
  const std::uint64_t through = account_.delivered / subscribers();
  while (publisher_->published() < through + options_.window) publisher_->publish();
}

void EventsLoad::drain() {
  const std::uint64_t wanted = publisher_->published() * subscribers();
  const bool news =
      std::exchange(delivered_at_last_look_, account_.delivered) != account_.delivered;
  looks_without_news_ = news ? 0 : looks_without_news_ + 1;
  if (account_.delivered >= wanted || looks_without_news_ >= patience) return finish();
  phase_timer_.start(look_every);
}

void EventsLoad::finish() {
  tell("measured");
  phase_ = Phase::done;
  for (const Subscriber& subscriber : subscribers_) {
    subscriber.ledger().close(publisher_->published(), account_);
  }
  std::uint64_t stalled_bytes = 0;
  for (const Stalled& stalled : stalled_) stalled_bytes += stalled.taken();
  const std::uint64_t deliveries = account_.delivered - before_.delivered;
  const double elapsed = seconds(last_delivery_ - measured_since_);
  const auto micros = [this](double share) {
    return static_cast<double>(latency_.percentile(share)) / 1000;
  };
  tell("done", {{"deliveries", deliveries},
                {"published", publisher_->published() - published_before_},
                {"refused", publisher_->refused()},
                {"lost", account_.lost},
                {"duplicates", account_.duplicates},
                {"stalled_bytes", stalled_bytes},
                {"seconds", elapsed},
                {"latency_us",
                 {{"p50", micros(0.5)},
                  {"p99", micros(0.99)},
                  {"p999", micros(0.999)},
                  {"max", static_cast<double>(latency_.max()) / 1000}}},
                {"wire_bytes_per_delivery",
                 static_cast<double>(crowd_->wire_bytes() - bytes_before_) /
                     static_cast<double>(std::max<std::uint64_t>(deliveries, 1))}});
  succeeded_ = true;
  loop_.stop();
}

void EventsLoad::fail(const std::string& why) {
  if (std::exchange(phase_, Phase::done) == Phase::done) return;
  tell("failed", {{"why", why}, {"answered", answered_}});
  loop_.stop();
}

}  // namespace bench
