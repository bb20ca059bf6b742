#include "bench/load/polls.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "bench/load/phases.h"

namespace bench {
namespace {

// Between opening the connections and the first message: the polls have arrived.
constexpr std::chrono::milliseconds settle{300};
// A message that takes so long is lost.
constexpr std::chrono::seconds patience{5};

}  // namespace

class PollsLoad::Poller final : public Receiver {
 public:
  Poller(PollsLoad& load, Connection& connection) : load_(load), connection_(connection) { ask(); }

  void field(std::string_view name, std::string_view value) override {
    if (name == "etag") etag_ = value;
    if (name == "last-modified") modified_ = value;
  }
  void answered(int status) override {
    if (status != 200) load_.fail("a poll was answered " + std::to_string(status));
  }
  void data(std::string_view bytes) override { text_ += bytes; }
  void ended() override {
    if (load_.phase_ == Phase::done) return;
    if (!load_.publisher_ && text_.find('#') != text_.npos) {
      return load_.fail("a poll had a message before any was published");
    }
    MarkReader().feed(text_, [this](Mark mark) {
      ledger_.enter(mark.number, load_.account_);
      load_.delivered(mark);
    });
    constexpr std::string_view key = "\"cursor\":\"";
    if (const std::size_t at = text_.find(key); at != std::string::npos) {
      const std::size_t start = at + key.size();
      cursor_ = text_.substr(start, text_.find('"', start) - start);
    }
    text_.clear();
    ask();
  }
  const Ledger& ledger() const { return ledger_; }

 private:
  void ask() {
    std::string path = load_.options_.path;
    std::vector<Field> fields;
    if (load_.options_.cursor == Cursor::parameter && !cursor_.empty()) path += "&after=" + cursor_;
    if (load_.options_.cursor == Cursor::validators && !etag_.empty()) {
      fields = {{"if-modified-since", modified_}, {"if-none-match", etag_}};
    }
    const std::string& prefer = load_.options_.prefer;
    if (!prefer.empty()) fields.push_back({"prefer", prefer});
    connection_.get(path, std::move(fields), *this);
  }

  PollsLoad& load_;
  Connection& connection_;
  std::string text_;
  std::string cursor_;
  std::string etag_;
  std::string modified_;
  Ledger ledger_;
};

PollsLoad::PollsLoad(net::Loop& loop, const Options& options)
    : loop_(loop),
      options_(options),
      tls_(ClientTls::Tickets::ignored),
      phase_timer_(loop, [this] { next_phase(); }),
      overdue_(loop, [this] { fail("a message did not come through"); }),
      publish_later_(loop, [this] { publish_next(); }) {
  const auto broken = [this](const std::string& why) { fail(why); };
  crowd_ = std::make_unique<Crowd>(
      loop_, options_.target, tls_, options_.crowd,
      [this](Connection& connection) { join(connection); }, broken);
}

PollsLoad::~PollsLoad() { phase_ = Phase::done; }

void PollsLoad::join(Connection& connection) {
  pollers_.emplace_back(*this, connection);
  if (pollers_.size() == options_.crowd.connections) phase_timer_.start(settle);
}

void PollsLoad::next_phase() {
  switch (phase_) {
    case Phase::opening:
      phase_ = Phase::warming;
      publisher_ = std::make_unique<Publisher>(
          loop_, options_.target, tls_, options_.publisher,
          [this] {
            phase_timer_.start(options_.warm_up);
            publish_next();
          },
          [this](const std::string& why) { fail(why); });
      return;
    case Phase::warming:
      phase_ = Phase::measuring;
      latency_ = Histogram{};
      before_ = account_;
      bytes_before_ = crowd_->wire_bytes();
      phase_timer_.start(options_.measure);
      return tell("measuring");
    case Phase::measuring:
      return finish();
    case Phase::done:
      return;
  }
}

void PollsLoad::delivered(Mark mark) {
  latency_.add(nanoseconds_now() - mark.published);
  if (account_.delivered >= publisher_->published() * pollers_.size()) publish_later_.schedule();
}

void PollsLoad::publish_next() {
  if (phase_ == Phase::done) return;
  overdue_.start(patience);
  publisher_->publish();
}

void PollsLoad::finish() {
  tell("measured");
  phase_ = Phase::done;
  // The last message may be on its way still.
  for (const Poller& poller : pollers_) {
    poller.ledger().close(publisher_->published() - 1, account_);
  }
  const std::uint64_t deliveries = account_.delivered - before_.delivered;
  const auto bytes = static_cast<double>(crowd_->wire_bytes() - bytes_before_);
  const auto micros = [this](double share) {
    return static_cast<double>(latency_.percentile(share)) / 1000;
  };
  tell(
      "done",
      {{"deliveries", deliveries},
       {"refused", publisher_->refused()},
       {"lost", account_.lost},
       {"duplicates", account_.duplicates},
       {"latency_us",
        {{"p50", micros(0.5)}, {"p99", micros(0.99)}, {"p999", micros(0.999)}, {"max", micros(1)}}},
       {"wire_bytes_per_delivery",
        bytes / static_cast<double>(std::max<std::uint64_t>(deliveries, 1))}});
  succeeded_ = true;
  loop_.stop();
}

void PollsLoad::fail(const std::string& why) {
  if (std::exchange(phase_, Phase::done) == Phase::done) return;
  tell("failed", {{"why", why}});
  loop_.stop();
}

}  // namespace bench
