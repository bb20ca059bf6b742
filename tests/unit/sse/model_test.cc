// The replica and its readers against an oracle that is slow and obvious: it keeps every event for
// ever, and looks through all of them for each answer.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

#include "sse/subscription.h"
#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

namespace {

constexpr std::size_t history = 4;

// One history of events, all of it.
class Oracle {
 public:
  void begin(std::string epoch) {
    epoch_ = std::move(epoch);
    topics_.assign(1, "");  // seq 0 is before the first
    hole_ = 0;
    ++beginnings_;
  }
  const std::string& epoch() const { return epoch_; }
  std::uint64_t tail() const { return topics_.size() - 1; }
  void publish(const std::string& topic) { topics_.push_back(topic); }
  // Events that never come, of any topics: the history goes on behind a hole.
  void lose(std::size_t count) {
    topics_.resize(topics_.size() + count);
    hole_ = tail();
    ++beginnings_;
  }
  // Of histories, and behind holes: a reader that knows another number is told at once.
  std::size_t beginnings() const { return beginnings_; }

  bool kept(std::uint64_t seq) const {
    if (seq <= hole_) return false;
    std::size_t later = 0;
    for (std::uint64_t at = seq + 1; at <= tail(); ++at) later += topics_[at] == topics_[seq];
    return later < history;
  }
  // The first event of `topics` after `seq` that is kept; 0: none.
  std::uint64_t next(const std::set<std::string>& topics, std::uint64_t seq) const {
    for (std::uint64_t at = seq + 1; at <= tail(); ++at) {
      if (topics.contains(topics_[at]) && kept(at)) return at;
    }
    return 0;
  }
  // The last event of `topic` that is not kept any more; 0: none.
  std::uint64_t lost(const std::string& topic) const {
    for (std::uint64_t at = tail(); at > 0; --at) {
      if (topics_[at] == topic && !kept(at)) return std::max(at, hole_);
    }
    return hole_;
  }

 private:
  std::string epoch_;
  std::vector<std::string> topics_;  // by seq
  std::uint64_t hole_ = 0;           // up to here nothing is kept
  std::size_t beginnings_ = 0;
};

// A reader, and what the oracle says that it ought to be told.
class Pair final : public Subscription::Reader {
 public:
  Pair(Replica& replica, const Oracle& oracle, std::set<std::string> topics)
      : replica_(replica), oracle_(oracle), topics_(std::move(topics)) {
    connect(std::nullopt);
    seen_ = {oracle_.epoch(), oracle_.tail()};
  }

  // As a client that comes back with the last id it has.
  void reconnect() { connect(seen_.print()); }

  void news() override {}
  // Both are asked for one thing: "gap REASON COMPLETE_AFTER", an id, or nothing.
  void step() {
    const std::string expected = expect();
    CHECK(actual() == expected);
  }

 private:
  void connect(std::optional<std::string> id) {
    Matchers wanted;
    for (const std::string& topic : topics_) wanted.push_back(TopicMatcher::exact(topic));
    subscription_.reset();
    const Resume from = resume(replica_, replica_.tail(), wanted, id);
    subscription_ = std::make_unique<Subscription>(replica_, *this, wanted, from);
    first_gap_ = from.gap;
    told_.clear();
    fresh_ = id.has_value();
    beginnings_ = oracle_.beginnings();
  }

  std::string actual() {
    std::optional<Gap> gap = std::exchange(first_gap_, std::nullopt);
    if (!gap) gap = subscription_->missed();
    if (gap) return "gap " + std::string(gap->reason) + " " + gap->complete_after;
    const EventRef* event = subscription_->next();
    if (!event) return "";
    const std::string id((*event)->id());
    subscription_->take();
    return id;
  }

  std::string expect() {
    bool fresh = std::exchange(fresh_, false);
    fresh |= std::exchange(beginnings_, oracle_.beginnings()) != oracle_.beginnings();
    if (seen_.epoch != oracle_.epoch()) {
      seen_ = {oracle_.epoch(), 0};
      tell();
      return "gap epoch " + EventId{oracle_.epoch(), lost_of_all()}.print();
    }
    if (const std::uint64_t lost = tell()) {
      return fresh ? "gap expired " + EventId{oracle_.epoch(), lost_of_all()}.print()
                   : "gap slow " + EventId{oracle_.epoch(), lost}.print();
    }
    const std::uint64_t next = oracle_.next(topics_, seen_.seq);
    if (next == 0) return "";
    seen_.seq = next;
    return seen_.print();
  }

  // The last event lost that the reader has neither seen nor been told of; 0: there is none.
  std::uint64_t tell() {
    std::uint64_t news = 0;
    for (const std::string& topic : topics_) {
      const std::uint64_t lost = oracle_.lost(topic);
      if (lost > std::max(seen_.seq, told_[topic])) news = std::max(news, lost);
      told_[topic] = lost;
    }
    return news;
  }
  std::uint64_t lost_of_all() const {
    std::uint64_t last = 0;
    for (const std::string& topic : topics_) last = std::max(last, oracle_.lost(topic));
    return last;
  }

  Replica& replica_;
  const Oracle& oracle_;
  const std::set<std::string> topics_;
  std::unique_ptr<Subscription> subscription_;
  std::optional<Gap> first_gap_;
  EventId seen_;
  std::map<std::string, std::uint64_t> told_;  // gaps of each topic have been told up to here
  bool fresh_ = false;          // has just come back: what it is told is of its own id
  std::size_t beginnings_ = 0;  // of the oracle, of which it has been told
};

struct Silent final : Subscription::Reader {
  void news() override {}
};

void run(unsigned seed) {
  std::mt19937 random(seed);
  const auto roll = [&random](unsigned sides) { return random() % sides; };
  net::Loop loop(net::Loop::Time::manual);
  Replica::Options options;
  options.events_per_topic = history;
  Replica replica(loop, options);
  Oracle oracle;
  const auto begin = [&](const std::string& epoch) {
    oracle.begin(epoch);
    replica.start(epoch, 0);
  };
  begin("e0");
  const std::vector<std::string> names{"a", "b", "c", "d", "e", "f"};
  std::vector<std::unique_ptr<Pair>> readers;
  for (int turn = 0; turn < 400; ++turn) {
    const unsigned what = roll(20);
    if (what < 7) {
      std::vector<EventRef> batch;
      for (unsigned i = 0; i <= roll(4); ++i) {
        const std::string topic = names[std::min(roll(6), roll(6))];  // "a" is chatty
        oracle.publish(topic);
        batch.push_back(std::make_shared<const Event>(
            oracle.epoch(), oracle.tail(), draft("x", topic), std::chrono::system_clock::now()));
      }
      replica.apply(batch);
    } else if (what == 7 && readers.size() < 8) {
      std::set<std::string> topics{names[roll(6)]};
      while (roll(3) != 0) topics.insert(names[roll(6)]);
      readers.push_back(std::make_unique<Pair>(replica, oracle, std::move(topics)));
    } else if (what == 8 && roll(4) == 0) {
      begin("e" + std::to_string(turn));
    } else if (what == 8 && roll(4) == 0) {
      oracle.lose(1 + roll(4));
      replica.start(oracle.epoch(), oracle.tail());
    } else if (!readers.empty()) {
      Pair& reader = *readers[roll(static_cast<unsigned>(readers.size()))];
      if (what == 9) reader.reconnect();
      for (unsigned i = 0; i <= roll(5); ++i) reader.step();
    }
  }
  for (auto& reader : readers) {
    for (int i = 0; i < 20; ++i) reader->step();
  }
}

}  // namespace

TEST_CASE("readers are told what the oracle says, whatever happens in whatever order") {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    run(seed);
  }
}

TEST_CASE("of patterns that overlap each event comes once, in order, and what is missed is told") {
  Silent reader;
  const Matchers wanted = distinct({TopicMatcher::prefix("a"), TopicMatcher::prefix("a/"),
                                    TopicMatcher::prefix("a/1"), TopicMatcher::exact("a/2"),
                                    TopicMatcher::prefix("a/3"), TopicMatcher::exact("a/10")});
  for (unsigned seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    net::Loop loop(net::Loop::Time::manual);
    Replica replica(loop, {.events_per_topic = 5, .bytes = 12'000, .events_per_pattern = 20});
    replica.start("e", 0);
    Subscription subscription(replica, reader, wanted, {.after = 0});
    std::uint64_t seq = 0;
    std::set<std::uint64_t> missing;  // that the reader wants and has not had, or been told of
    for (int turn = 0; turn < 200; ++turn) {
      for (unsigned i = random() % 8; i > 0; --i) {
        Draft made = draft("x", (random() % 4 == 0 ? "b/" : "a/") + std::to_string(random() % 12));
        if (random() % 2 == 0) made.alternates = {"a/" + std::to_string(random() % 12)};
        ++seq;
        if (made.topic.starts_with("a/") || !made.alternates.empty()) missing.insert(seq);
        const EventRef event = std::make_shared<const Event>("e", seq, std::move(made),
                                                             std::chrono::system_clock::now());
        replica.apply({&event, 1});
      }
      for (unsigned i = random() % 12; i > 0; --i) {
        if (const auto gap = subscription.missed()) {
          missing.erase(missing.begin(),
                        missing.upper_bound(EventId::parse(gap->complete_after)->seq));
        }
        const EventRef* event = subscription.next();
        if (!event) {
          CHECK(missing.empty());
          subscription.wait();
          break;
        }
        // What a gap was told of, and came all the same, was told twice: better than not at all.
        CHECK((missing.empty() || (*event)->seq() <= *missing.begin()));
        missing.erase((*event)->seq());
        subscription.take();
      }
    }
  }
}

TEST_CASE("a reader of many topics is told of what has expired since it looked") {
  Silent reader;
  net::Loop loop(net::Loop::Time::manual);
  Replica replica(loop, {.age = 60s});
  replica.start("e", 0);
  const Matchers wanted{TopicMatcher::prefix("a"), TopicMatcher::exact("a/1"),
                        TopicMatcher::exact("a/2"), TopicMatcher::exact("a/3")};
  std::vector<EventRef> events;
  for (const char* topic : {"a/1", "a/2", "a/3"}) {
    events.push_back(std::make_shared<const Event>("e", events.size() + 1, draft("x", topic),
                                                   std::chrono::system_clock::now()));
  }
  replica.apply(events);
  Subscription subscription(replica, reader, wanted, {.after = 0});
  CHECK_FALSE(subscription.missed());
  REQUIRE(subscription.next());
  CHECK((*subscription.next())->id() == "e-1");
  subscription.take();
  loop.advance(61s);
  const auto gap = subscription.missed();
  REQUIRE(gap);
  CHECK(gap->complete_after == "e-3");
  CHECK_FALSE(subscription.next());
}
