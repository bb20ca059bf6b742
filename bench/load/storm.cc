#include "bench/load/storm.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "bench/load/message.h"
#include "bench/load/phases.h"

namespace bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds default_retry{3000};  // of browsers, until the server says otherwise
constexpr std::size_t longest_head = 256;    // bytes, of what a stream says first

double seconds(net::Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

// A connection and those who share it: made when one of them wants it, gone when it breaks.
class StormLoad::Group final : private Connection::Owner {
 public:
  Group(StormLoad& load, std::uint32_t number)
      : load_(load), number_(number), tidy_later_(load.loop_, [this] { tidy(); }) {}

  void connect(Source& source);

 private:
  void opened(Connection& connection) override;
  void failed(Connection& connection, const std::string& why) override;
  void tidy();

  StormLoad& load_;
  const std::uint32_t number_;
  std::vector<Source*> members_;  // on this connection, or waiting for it
  bool open_ = false;
  bool broken_ = false;
  net::Later tidy_later_;
  std::unique_ptr<Connection> connection_;
};

class StormLoad::Source final : public Receiver {
 public:
  Source(StormLoad& load, Group& group)
      : load_(load), group_(group), again_(load.loop_, [this] { group_.connect(*this); }) {}

  void ask(Connection& connection) {
    head_.clear();
    std::vector<Field> fields{{"accept", "text/event-stream"}};
    if (!last_id_.empty()) fields.push_back({"last-event-id", last_id_});
    connection.get(load_.options_.path, std::move(fields), *this);
  }
  // The stream has ended, or its connection, or there was none.
  void lost() {
    if (std::exchange(there_, false)) load_.has_gone();
    if (!dead_) again_.start(retry_);
  }

  void answered(int status) override {
    if (status == 200) return;
    dead_ = true;
    load_.died(status);
  }
  void data(std::string_view bytes) override {
    if (!there_) greet(bytes);
    // What was published before is told late by nobody's fault.
    marks_.feed(bytes, [this](Mark mark) {
      if (mark.published >= there_since_) load_.heard(mark.published);
    });
    const auto at = bytes.rfind("id: ");
    const auto end = at == bytes.npos ? at : bytes.find('\n', at);
    if (end != bytes.npos) last_id_ = bytes.substr(at + 4, end - at - 4);
  }
  void ended() override {
    if (!there_ && !dead_) ++load_.put_off_;
    lost();
  }

 private:
  // ":ok" begins a stream that stays; "retry: " comes with either.
  void greet(std::string_view bytes) {
    if (head_.size() < longest_head) head_ += bytes;
    const auto at = head_.find("retry: ");
    const auto end = at == head_.npos ? at : head_.find('\n', at);
    if (end == head_.npos) return;
    milliseconds::rep wait = 0;
    std::from_chars(head_.data() + at + 7, head_.data() + end, wait);
    retry_ = milliseconds(wait);
    if (!head_.starts_with(":ok")) return;
    there_ = true;
    there_since_ = nanoseconds_now();
    load_.is_there();
  }

  StormLoad& load_;
  Group& group_;
  net::Timer again_;
  milliseconds retry_ = default_retry;
  std::string head_;
  std::string last_id_;
  MarkReader marks_;
  std::uint64_t there_since_ = ~std::uint64_t{0};  // nanoseconds
  bool there_ = false;
  bool dead_ = false;
};

void StormLoad::Group::connect(Source& source) {
  members_.push_back(&source);
  if (broken_) return;  // they will be told that it is
  if (!connection_) {
    connection_ = std::make_unique<Connection>(load_.loop_, load_.options_.target, load_.tls_,
                                               number_, static_cast<Connection::Owner&>(*this));
  } else if (open_) {
    source.ask(*connection_);
  }
}

void StormLoad::Group::opened(Connection& connection) {
  open_ = true;
  for (Source* source : members_) source->ask(connection);
}

void StormLoad::Group::failed(Connection&, const std::string&) {
  if (!open_) ++load_.refused_;
  broken_ = true;
  tidy_later_.schedule();
}

void StormLoad::Group::tidy() {
  connection_.reset();
  open_ = broken_ = false;
  // Whoever has left it before is there more than once, or waits already: being told again is no
  // harm, as the wait begins anew.
  std::sort(members_.begin(), members_.end());
  members_.erase(std::unique(members_.begin(), members_.end()), members_.end());
  for (Source* source : std::exchange(members_, {})) source->lost();
}

StormLoad::StormLoad(net::Loop& loop, const Options& options)
    : loop_(loop),
      options_(options),
      tls_(ClientTls::Tickets::ignored),
      phase_timer_(loop, [this] { next_phase(); }),
      publish_timer_(loop, [this] { publish(); }),
      publisher_later_(loop, [this] { connect_publisher(); }) {
  for (std::uint32_t i = 0; i < options_.connections; ++i) groups_.emplace_back(*this, i);
  for (Group& group : groups_) {
    for (std::uint32_t i = 0; i < options_.streams; ++i) sources_.emplace_back(*this, group);
  }
  publisher_later_.schedule();
  loop_.post([this] { come(); });
}

StormLoad::~StormLoad() { phase_ = Phase::done; }

void StormLoad::come() {
  since_ = net::Clock::now();
  phase_timer_.start(options_.patience);
  std::size_t i = 0;
  for (Source& source : sources_) groups_[i++ / options_.streams].connect(source);
  publish_timer_.start(milliseconds(0));
}

void StormLoad::is_there() {
  if (++there_ + dead_ < sources_.size()) return;
  const double took = seconds(net::Clock::now() - since_);
  if (phase_ == Phase::coming) {
    tell("opened", {{"seconds", took}, {"put_off", std::exchange(put_off_, 0)}, {"dead", dead_}});
    phase_ = Phase::calm;
    tell("measuring");
    phase_timer_.start(options_.calm);
  } else if (phase_ == Phase::storm) {
    tell("back", {{"seconds", took}, {"put_off", put_off_}, {"refused", refused_}});
    phase_ = Phase::after;
    phase_timer_.start(options_.calm);
  }
}

void StormLoad::has_gone() {
  --there_;
  if (phase_ == Phase::calm || phase_ == Phase::after) return fail("a stream ended in calm times");
  if (phase_ != Phase::waiting) return;
  phase_ = Phase::storm;
  since_ = net::Clock::now();
  put_off_ = refused_ = 0;
  phase_timer_.start(options_.patience);
}

void StormLoad::died(int status) {
  if (dead_++ == 0) tell("death", {{"status", status}});
}

void StormLoad::next_phase() {
  if (phase_ == Phase::calm) {
    phase_ = Phase::waiting;
    tell("calm");
    phase_timer_.start(options_.patience);
    return;
  }
  if (phase_ == Phase::after) return finish();
  fail(std::to_string(there_) + " of " + std::to_string(sources_.size()) + " are there in time");
}

void StormLoad::connect_publisher() {
  can_publish_ = false;
  publisher_ = std::make_unique<Publisher>(
      loop_, options_.target, tls_, options_.publisher, [this] { can_publish_ = true; },
      [this](const std::string&) {
        can_publish_ = false;
        publisher_later_.schedule();
      });
}

void StormLoad::publish() {
  if (can_publish_) publisher_->publish();
  publish_timer_.start(std::chrono::duration_cast<net::Clock::duration>(
      std::chrono::duration<double>(1 / options_.rate)));
}

void StormLoad::heard(std::uint64_t published) {
  const std::uint64_t late = nanoseconds_now() - published;
  if (phase_ == Phase::calm) before_.add(late);
  if (phase_ == Phase::storm) during_.add(late);
}

void StormLoad::finish() {
  phase_ = Phase::done;
  const auto milliseconds_of = [](const Histogram& histogram) {
    return nlohmann::json{{"p50", static_cast<double>(histogram.percentile(0.5)) / 1e6},
                          {"p99", static_cast<double>(histogram.percentile(0.99)) / 1e6},
                          {"max", static_cast<double>(histogram.max()) / 1e6}};
  };
  tell("done", {{"there", there_},
                {"dead", dead_},
                {"latency_ms_calm", milliseconds_of(before_)},
                {"latency_ms_storm", milliseconds_of(during_)}});
  succeeded_ = true;
  loop_.stop();
}

void StormLoad::fail(const std::string& why) {
  if (std::exchange(phase_, Phase::done) == Phase::done) return;
  tell("failed", {{"why", why}, {"dead", dead_}});
  loop_.stop();
}

}  // namespace bench
