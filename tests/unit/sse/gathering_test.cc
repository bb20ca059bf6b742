#include "sse/gathering.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "sse/replica.h"
#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

namespace {

const TopicMatcher& wanted() {
  static const TopicMatcher made = TopicMatcher::prefix("a/");
  return made;
}

// A history of events with some topics each, "a/0" to "a/<n>" and "b/0" to "b/<n>".
struct History {
  explicit History(Replica::Options options, unsigned seed, unsigned names)
      : replica(loop, options), random(seed), most(names) {
    replica.start("e", 0);
  }
  unsigned up_to(unsigned n) { return static_cast<unsigned>(random() % n); }
  std::string name() { return (up_to(2) ? "a/" : "b/") + std::to_string(up_to(most)); }
  void add() {
    Draft made = draft("x", name());
    for (unsigned i = up_to(3); i > 0; --i) made.alternates.push_back(name());
    const bool matches =
        made.topic.starts_with("a/") ||
        std::ranges::any_of(made.alternates, [](const auto& n) { return n.starts_with("a/"); });
    const EventRef event = std::make_shared<const Event>("e", ++seq, std::move(made),
                                                         std::chrono::system_clock::now());
    if (matches) matching.insert(seq);
    replica.apply({&event, 1});
  }
  // Something that a hub goes through, once in a while.
  void live() {
    for (unsigned i = up_to(3); i > 0; --i) add();
    if (up_to(50) != 0) return;
    matching.clear();
    replica.start(epoch += "'", 0);
    seq = 0;
  }
  std::vector<std::uint64_t> seqs(const Topic& view) const {
    std::vector<std::uint64_t> all;
    for (auto at = view.first(); at != view.end(); ++at) all.push_back(view.at(at)->seq());
    return all;
  }
  // Topics that would give some view each event more than once.
  int linked_twice() const {
    int found = 0;
    replica.each_topic(std::nullopt, 1000, [&](const Topic& topic) {
      found += std::set(topic.views.begin(), topic.views.end()).size() < topic.views.size() ? 1 : 0;
    });
    return found;
  }
  // Those after `seq`.
  std::vector<std::uint64_t> expected(std::uint64_t after) const {
    return {matching.upper_bound(after), matching.end()};
  }

  net::Loop loop{net::Loop::Time::manual};
  Replica replica;
  std::minstd_rand random;
  const unsigned most;
  std::string epoch = "e";
  std::uint64_t seq = 0;
  std::set<std::uint64_t> matching;
};

}  // namespace

TEST_CASE(
    "what a new pattern matches is gathered in pieces while the history goes on, and lacks "
    "nothing") {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    History history({}, seed, 200);
    for (int i = 0; i < 600; ++i) history.add();
    int pieces = 0;
    while (!history.replica.gather(wanted(), false)) {
      for (unsigned i = history.up_to(3); i > 0; --i) history.add();
      CHECK_FALSE(history.replica.is_gathered(wanted(), false));
      ++pieces;
    }
    CHECK(pieces > 10);
    const Topic& view = history.replica.join(wanted());
    CHECK(history.seqs(view) == history.expected(0));
    CHECK(view.lost() == 0);
    CHECK(history.linked_twice() == 0);
    history.add();
    CHECK(history.seqs(view) == history.expected(0));
  }
}

TEST_CASE(
    "what is gathered while topics come and go, and histories begin anew, says what it lacks") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    const Replica::Options options{
        .events_per_topic = 5, .bytes = 20'000, .topics = 40, .events_per_pattern = 30};
    History history(options, seed, 60);
    for (int i = 0; i < 200; ++i) history.add();
    for (const char* kept : {"a/1", "a/7", "b/3"}) history.replica.join(kept);
    while (!history.replica.gather(wanted(), false)) history.live();
    const Topic& view = history.replica.join(wanted());
    const auto have = history.seqs(view);
    CHECK(std::ranges::adjacent_find(have, std::greater_equal<>()) == have.end());
    const std::vector<std::uint64_t> certain(std::ranges::upper_bound(have, view.lost()),
                                             have.end());
    CHECK(certain == history.expected(view.lost()));
    CHECK(have.size() <= options.events_per_pattern);
    CHECK(history.linked_twice() == 0);
  }
}

TEST_CASE("a pattern takes of a long history what it can keep, and says that there was more") {
  History history({.events_per_pattern = 10}, 1, 5);
  for (int i = 0; i < 500; ++i) history.add();
  while (!history.replica.gather(wanted(), false)) {
  }
  const Topic& view = history.replica.join(wanted());
  const auto all = history.expected(0);
  CHECK(history.seqs(view) == std::vector(all.end() - 10, all.end()));
  CHECK(view.lost() == *(all.end() - 11));
}

TEST_CASE(
    "an event of several topics that a pattern matches is not missed where it is the oldest") {
  History history({.events_per_pattern = 1}, 1, 5);
  for (const char* text : {"old", "new"}) {
    Draft made = draft(text, "a/1");
    made.alternates = {"a/2", "a/3"};
    const EventRef event = std::make_shared<const Event>("e", ++history.seq, std::move(made),
                                                         std::chrono::system_clock::now());
    history.replica.apply({&event, 1});
  }
  const Topic& view = history.replica.join(wanted());
  CHECK(history.seqs(view) == std::vector<std::uint64_t>{2});
  CHECK(view.lost() == 1);
}

TEST_CASE(
    "whoever needs a pattern at once has it at once, though it is being gathered, or another") {
  History history({}, 3, 60);
  for (int i = 0; i < 300; ++i) history.add();
  history.replica.gather(wanted(), false);
  const Topic& other = history.replica.join(TopicMatcher::prefix("a"));
  CHECK(history.seqs(other) == history.expected(0));
  history.add();
  const Topic& view = history.replica.join(wanted());
  CHECK(history.seqs(view) == history.expected(0));
  CHECK(history.replica.is_gathered(wanted(), false));
  history.add();
  CHECK(history.seqs(view) == history.expected(0));
}

TEST_CASE("a pattern says that a topic has gone which it was not compared with yet") {
  History history({.topics = 40}, 1, 1);
  const auto add = [&](const std::string& topic) {
    const EventRef event = std::make_shared<const Event>("e", ++history.seq, draft("x", topic),
                                                         std::chrono::system_clock::now());
    history.replica.apply({&event, 1});
  };
  add("a/last");
  for (int i = 10; i < 49; ++i) add("a/" + std::to_string(i));
  CHECK_FALSE(history.replica.gather(wanted(), false));
  add("b/new");
  REQUIRE(history.replica.find("a/last") == nullptr);
  while (!history.replica.gather(wanted(), false)) {
  }
  const Topic& view = history.replica.join(wanted());
  CHECK(view.lost() == 1);
  CHECK(history.seqs(view).size() == 39);
}

TEST_CASE("a gathering that is stopped, or gives way to another, leaves nothing behind") {
  History history({}, 4, 60);
  for (int i = 0; i < 300; ++i) history.add();
  const std::size_t bytes = history.replica.bytes();
  for (int pieces : {1, 10, 30}) {
    for (int i = 0; i < pieces; ++i) history.replica.gather(wanted(), false);
    if (pieces == 10) {
      history.replica.gather(TopicMatcher::prefix("b/"), false);
      CHECK_FALSE(history.replica.is_gathered(wanted(), false));
    }
    if (pieces == 30) {
      CHECK_FALSE(history.replica.gather(wanted(), true));  // among the hub's own topics
    } else {
      history.replica.stop_gathering();
    }
    CHECK(history.replica.bytes() == bytes);
    history.loop.settle();
    history.replica.each_topic(std::nullopt, 1000,
                               [](const Topic& topic) { CHECK(topic.views.empty()); });
  }
  CHECK(history.seqs(history.replica.join(wanted())) == history.expected(0));
}
