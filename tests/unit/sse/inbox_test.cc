#include "sse/inbox.h"

#include <catch2/catch.hpp>

#include "sse/subscription.h"
#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

namespace {

// So much that every look at it ends a slice.
net::Clock::time_point present;
net::Clock::time_point look() { return present += 1s; }

struct Reader final : Subscription::Reader {
  void news() override { ++told; }
  int told = 0;
};

// A worker's inbox, and 200 patterns with readers: a new topic is dear.
struct Crowded {
  Crowded() {
    inbox.start("e", 0);
    loop.settle();
    for (int i = 0; i < 200; ++i) {
      replica.join(TopicMatcher::selector("{a}/" + std::to_string(i)));
    }
  }
  // An event of so many topics that nobody has heard of, "1/<name>" and so on.
  EventRef event(std::size_t topics, std::string name = "new") {
    Draft made = draft("x", "1/" + name);
    for (std::size_t i = 2; i <= topics; ++i) {
      made.alternates.push_back(std::to_string(i) + "/" + name);
    }
    return std::make_shared<const Event>("e", ++seq, std::move(made),
                                         std::chrono::system_clock::now());
  }
  std::uint64_t held(const std::string& topic) const {
    const Topic* found = replica.find(topic);
    return found ? found->end() - found->first() : 0;
  }
  // What is there behind each turn of the loop until nothing more happens: its newest event, and
  // the topics.
  struct Seen {
    std::uint64_t tail;
    std::size_t topics;
  };
  std::vector<Seen> watch() {
    std::vector<Seen> seen;
    std::function<void()> note = [&] {
      const bool same = !seen.empty() && seen.back().tail == replica.tail() &&
                        seen.back().topics == replica.topics();
      if (same && replica.tail() == seq) return;
      seen.push_back({replica.tail(), replica.topics()});
      if (seen.size() < 1000) loop.post(note);
    };
    loop.post(note);
    loop.settle();
    return seen;
  }

  net::Loop loop{net::Loop::Time::manual};
  Replica replica{loop, {}};
  WorkerInbox inbox{loop, replica, net::Slice(1ms, look)};
  std::uint64_t seq = 0;
};

}  // namespace

TEST_CASE("what is dear to apply leaves the loop its turns, within one event as well") {
  Crowded crowd;
  const std::vector<EventRef> events{crowd.event(32, "a"), crowd.event(32, "b")};
  crowd.inbox.deliver(events);
  const auto seen = crowd.watch();
  std::size_t most = 0;
  for (std::size_t i = 1; i < seen.size(); ++i) {
    most = std::max(most, seen[i].topics - seen[i - 1].topics);
  }
  CHECK(seen.size() > 16);
  CHECK(most <= 4);
  CHECK(crowd.replica.topics() == 64);
  CHECK(crowd.replica.tail() == 2);
}

TEST_CASE("what is cheap to apply is there at once, however much it is") {
  Crowded crowd;
  for (int i = 1; i <= 32; ++i) crowd.replica.join(std::to_string(i) + "/known");
  std::vector<EventRef> events;
  for (int i = 0; i < 900; ++i) events.push_back(crowd.event(1, "known"));
  crowd.inbox.deliver(events);
  CHECK(crowd.watch().size() <= 2);
  CHECK(crowd.held("1/known") == 900);
}

TEST_CASE("an event counts as the newest when all of its topics have it") {
  Crowded crowd;
  const std::vector<EventRef> events{crowd.event(32)};
  crowd.inbox.deliver(events);
  for (const auto& [tail, topics] : crowd.watch()) CHECK(tail == (topics == 32 ? 1 : 0));
  CHECK(crowd.replica.checkpoint() == "id: e-1\n\n");
}

TEST_CASE("a reader of several of an event's topics gets it once, whenever it came") {
  Crowded crowd;
  Reader nobody;
  const Matchers wanted{TopicMatcher::exact("1/new"), TopicMatcher::exact("32/new"),
                        TopicMatcher::prefix("2")};
  Subscription early(crowd.replica, nobody, wanted, {.after = 0});
  const std::vector<EventRef> events{crowd.event(32), crowd.event(1, "other"), crowd.event(32)};
  crowd.inbox.deliver(events);
  std::vector<std::uint64_t> given;
  std::unique_ptr<Subscription> late;
  std::vector<std::uint64_t> late_given;
  const auto take = [](Subscription& reader, std::vector<std::uint64_t>& into) {
    CHECK_FALSE(reader.missed());
    while (const EventRef* event = reader.next()) {
      into.push_back((*event)->seq());
      reader.take();
    }
  };
  std::function<void()> read = [&] {
    take(early, given);
    if (!late && crowd.replica.topics() > 5) {
      late = std::make_unique<Subscription>(crowd.replica, nobody, wanted, Resume{.after = 0});
    }
    if (late) take(*late, late_given);
    if (crowd.replica.tail() < 3) crowd.loop.post(read);
  };
  crowd.loop.post(read);
  crowd.loop.settle();
  take(early, given);
  take(*late, late_given);
  CHECK(given == std::vector<std::uint64_t>{1, 3});
  CHECK(late_given == std::vector<std::uint64_t>{1, 3});
}

TEST_CASE("what is delivered behind dear events waits for its place in the order") {
  Crowded crowd;
  const std::vector<EventRef> first{crowd.event(32)};
  crowd.inbox.deliver(first);
  crowd.loop.post([&] {
    const std::vector<EventRef> second{crowd.event(1, "second")};
    crowd.inbox.deliver(second);
    crowd.loop.post([&] {
      crowd.inbox.start("f", 7);
      CHECK(crowd.replica.tail() == 0);
    });
  });
  std::vector<std::string> epochs;
  std::function<void()> note = [&] {
    epochs.push_back(crowd.replica.epoch() + std::to_string(crowd.replica.tail()));
    if (crowd.replica.epoch() == "e") crowd.loop.post(note);
  };
  crowd.loop.post(note);
  crowd.loop.settle();
  CHECK(epochs.front() == "e0");
  CHECK(epochs.back() == "f7");
  CHECK(crowd.replica.events() == 2);
  CHECK(crowd.replica.topics() == 0);
}

TEST_CASE("a publisher is answered when its own worker's readers can have the event") {
  Crowded crowd;
  std::vector<std::pair<std::string, std::uint64_t>> answers;  // and the newest event at the time
  const auto publish = [&](std::size_t topics, const std::string& name) {
    const EventRef event = crowd.event(topics, name);
    crowd.inbox.deliver({&event, 1});
    crowd.loop.post([answer = crowd.inbox.once_applied([&answers, &crowd](const Published& told) {
      answers.emplace_back(std::get<EventIds>(told).front().print(), crowd.replica.tail());
    }),
                     id = EventId{.epoch = "e", .seq = event->seq()}] { answer(EventIds{id}); });
  };
  publish(32, "dear");
  publish(1, "cheap");
  crowd.loop.post([&] { publish(1, "later"); });
  crowd.loop.settle();
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].first == "e-1");
  CHECK(answers[0].second >= 1);
  CHECK(answers[1].first == "e-2");
  CHECK(answers[1].second >= 2);
  CHECK(answers[2].first == "e-3");
  CHECK(answers[2].second >= 3);
}

TEST_CASE("publishers are answered although there are always more events to apply") {
  Crowded crowd;
  int rounds = 0;
  int answered_in = 0;
  std::function<void()> more = [&] {
    const EventRef event = crowd.event(8, std::to_string(rounds));
    crowd.inbox.deliver({&event, 1});
    if (++rounds < 100) crowd.loop.post(more);
  };
  crowd.loop.post(more);
  crowd.loop.post([&] {
    crowd.inbox.once_applied([&](const Published&) { answered_in = rounds; })(EventIds{});
  });
  crowd.loop.settle();
  CHECK(answered_in > 0);
  CHECK(answered_in < 50);
}

TEST_CASE("a reader that fails while events are dear to apply does not hold up those that follow") {
  struct Failing final : Subscription::Reader {
    void news() override { throw std::runtime_error("no"); }
  };
  Crowded crowd;
  int failed = 0;
  crowd.loop.on_exception([&](const std::exception&) { ++failed; });
  Failing failing;
  const Matchers wanted{TopicMatcher::exact("1/new")};
  Subscription subscription(crowd.replica, failing, wanted, {.after = 0});
  subscription.wait();
  const std::vector<EventRef> events{crowd.event(32), crowd.event(32, "other")};
  crowd.inbox.deliver(events);
  crowd.loop.settle();
  CHECK(failed == 1);
  const std::vector<EventRef> more{crowd.event(1, "more")};
  crowd.inbox.deliver(more);
  crowd.loop.settle();
  CHECK(crowd.replica.tail() == 3);
  CHECK(crowd.held("1/more") == 1);
}

TEST_CASE("the cursor of a topic's state stands behind what it shows, though others wait for it") {
  Crowded crowd;
  const Authorizer authorizer(
      {.dev = true, .tokens = {}, .keys = {}, .subscribe_requires_token = false});
  const Cors cors({});
  TopicState state(crowd.replica, authorizer, cors, {});
  const EventRef event = crowd.event(32);
  net::Slice slice(1ms, look);
  slice.begin();
  CHECK(crowd.replica.apply({&event, 1}, &slice) == 0);
  CHECK(crowd.replica.tail() == 0);
  FakeExchange early;
  state.handle(get("/state?topic=1/new"), early.exchange());
  CHECK(early.status() == 200);
  CHECK(early.field("last-event-id") == "e-1");
  FakeExchange late;
  state.handle(get("/state?topic=32/new"), late.exchange());
  CHECK(late.status() == 404);
  CHECK(late.field("last-event-id") == "e-0");
}
