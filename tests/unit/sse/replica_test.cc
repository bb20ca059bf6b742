#include "sse/replica.h"

#include <catch2/catch.hpp>

#include "tests/support/refusal.h"
#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

namespace {

struct Log {
  explicit Log(Replica::Options options = {}) : replica(loop, options) { replica.start("e", 0); }
  void add(const std::string& topic, std::size_t size = 1) {
    const EventRef event = std::make_shared<const Event>(
        "e", ++seq, draft(std::string(size, 'x'), topic), std::chrono::system_clock::now());
    replica.apply({&event, 1});
  }
  std::uint64_t held(const std::string& topic) const {
    const Topic* found = replica.find(topic);
    return found ? found->end() - found->first() : 0;
  }
  net::Loop loop{net::Loop::Time::manual};
  Replica replica;
  std::uint64_t seq = 0;
};

}  // namespace

TEST_CASE("a chatty topic costs a quiet one nothing, by number or by size") {
  Log log({.events_per_topic = 10, .bytes_per_topic = 20'000, .bytes = 1'000'000});
  log.add("quiet");
  for (int i = 0; i < 100; ++i) log.add("chatty");
  for (int i = 0; i < 100; ++i) log.add("heavy", 5'000);
  CHECK(log.held("quiet") == 1);
  CHECK(log.held("chatty") == 10);
  CHECK(log.held("heavy") == 3);
}

TEST_CASE("above the bytes in all the oldest events go first") {
  Log log({.events_per_topic = 100, .bytes_per_topic = 100'000, .bytes = 30'000});
  log.add("first", 9'000);
  log.add("second", 9'000);
  log.add("third", 9'000);
  log.add("fourth", 9'000);
  CHECK(log.held("first") == 0);
  CHECK(log.held("fourth") == 1);
  CHECK(log.replica.bytes() < 30'000);
  CHECK(log.replica.lost("first") == 1);
}

TEST_CASE("an event larger than the whole history is kept while it is the newest") {
  Log log({.events_per_topic = 10, .bytes_per_topic = 100, .bytes = 100});
  log.add("t", 5'000);
  CHECK(log.held("t") == 1);
  log.add("t", 5'000);
  CHECK(log.held("t") == 1);
  CHECK(log.replica.lost("t") == 1);
}

TEST_CASE("events leave when their age has come") {
  Log log({.age = 60s});
  log.add("t");
  log.loop.advance(30s);
  log.add("t");
  CHECK(log.held("t") == 2);
  log.loop.advance(31s);
  CHECK(log.held("t") == 1);
  log.loop.advance(30s);
  CHECK(log.held("t") == 0);
  CHECK(log.replica.topics() == 0);
  CHECK(log.replica.bytes() == 0);
}

TEST_CASE("the number of topics is bounded, and those that are read stay") {
  Log log({.topics = 2});
  Topic& read = log.replica.join("read");
  log.add("a");
  log.add("b");
  CHECK(log.replica.topics() == 2);
  CHECK(log.held("a") == 0);
  CHECK(log.replica.lost("a") == 1);
  CHECK(log.held("b") == 1);
  const Matchers one{TopicMatcher::exact("c")};
  const Matchers two{TopicMatcher::exact("c"), TopicMatcher::exact("d")};
  CHECK(log.replica.has_room(one));
  CHECK_FALSE(log.replica.has_room(two));
  Topic& also = log.replica.join("c");
  CHECK(log.held("b") == 0);
  log.add("d");  // no room at all: forgotten at once, and that is remembered
  CHECK(log.replica.topics() == 2);
  CHECK(log.replica.lost("d") == 3);
  log.replica.leave(also);
  log.replica.leave(read);
  CHECK(log.replica.topics() == 0);
}

TEST_CASE(
    "a pattern's log that loses its last event for want of room stays until nobody reads it") {
  const Replica::Options options{
      .events_per_topic = 100, .bytes_per_topic = 100'000, .bytes = 30'000};
  Log log(options);
  log.add("old", 9'000);
  log.add("new", 9'000);
  log.add("new", 9'000);
  Topic& first = log.replica.join(TopicMatcher::prefix("ne"));
  Topic& second = log.replica.join(TopicMatcher::prefix("n"));
  Topic& third = log.replica.join(TopicMatcher::prefix("o"));
  log.add("new", 1);
  CHECK(first.newest() == 4);
  CHECK(second.newest() == 4);
  CHECK(third.lost() <= 1);
  CHECK(log.held("new") == 3);
}

TEST_CASE("what one pattern's log takes costs an idle one of the same topic its events alone") {
  const Replica::Options options{
      .events_per_topic = 100, .bytes_per_topic = 100'000, .bytes = 30'000};
  Log log(options);
  log.add("new", 9'000);
  Topic& read = log.replica.join(TopicMatcher::prefix("ne"));
  log.replica.leave(log.replica.join(TopicMatcher::prefix("n")));
  log.add("new", 25'000);
  CHECK(read.newest() == 2);
  Topic& again = log.replica.join(TopicMatcher::prefix("n"));
  CHECK(again.newest() == 2);
  CHECK(again.lost() >= 1);
}

TEST_CASE(
    "the hub's own topics take neither place nor history from the others, nor are they told") {
  Log log({.bytes = 5'000, .topics = 3, .hub_prefix = "/hub/", .hub_topics = 10});
  log.add("quiet");
  for (int i = 0; i < 100; ++i) log.add("/hub/" + std::to_string(i), 100);
  CHECK(log.held("quiet") == 1);
  CHECK(log.held("/hub/99") == 1);
  CHECK(log.replica.topics() == 11);
  CHECK(log.replica.lost("other") == 0);
  CHECK(log.replica.lost("/hub/1") > 0);
  log.add("a");
  log.add("b");
  CHECK(log.held("quiet") == 1);
  CHECK(log.replica.topics() == 13);
}

TEST_CASE(
    "the hub's own topics are bounded by bytes of their own, and others do not push them out") {
  Log log({.bytes = 2'000, .topics = 3, .hub_prefix = "/hub/", .hub_bytes = 1'000});
  log.add("/hub/a", 300);
  for (int i = 0; i < 100; ++i) log.add(std::to_string(i), 500);
  CHECK(log.held("/hub/a") == 1);
  for (int i = 0; i < 100; ++i) log.add("/hub/" + std::to_string(i), 300);
  CHECK(log.held("/hub/a") == 0);
  CHECK(log.held("99") == 1);
  CHECK(log.replica.bytes() < 3'500);
}

TEST_CASE("a pattern's history is not pushed out by the hub's own topics that it matches as well") {
  Log log({.events_per_pattern = 5, .hub_prefix = "/hub/"});
  Topic& all = log.replica.join(TopicMatcher::any());
  Topic& hubs = log.replica.join_hub(TopicMatcher::any());
  log.add("a");
  for (int i = 0; i < 100; ++i) log.add("/hub/" + std::to_string(i));
  log.add("b");
  CHECK(all.end() - all.first() == 2);
  CHECK(all.lost() == 0);
  CHECK(hubs.end() - hubs.first() == 5);
  CHECK(hubs.newest() == 101);
  Topic& late = log.replica.join(TopicMatcher::prefix(""));
  CHECK(late.end() - late.first() == 2);
  const Topic& late_hubs = log.replica.find_hub(TopicMatcher::prefix("/h"));
  CHECK(late_hubs.end() - late_hubs.first() == 5);
}

TEST_CASE("a pattern reaches the hub's own topics unless its text rules it out") {
  Log log({.hub_prefix = "/hub/"});
  const auto reaches = [&](const TopicMatcher& wanted) { return log.replica.reaches_hub(wanted); };
  CHECK(reaches(TopicMatcher::any()));
  CHECK(reaches(TopicMatcher::prefix("/h")));
  CHECK(reaches(TopicMatcher::prefix("/hub/a")));
  CHECK(reaches(TopicMatcher::selector("{+any}")));
  CHECK(reaches(TopicMatcher::selector("/hub{/topic}")));
  CHECK_FALSE(reaches(TopicMatcher::prefix("orders/")));
  CHECK_FALSE(reaches(TopicMatcher::selector("orders/{id}")));
  CHECK_FALSE(reaches(TopicMatcher::exact("/hub/a")));
}

TEST_CASE("a history that begins anew leaves none of the hub's own topics") {
  Log log({.hub_prefix = "/hub/", .hub_topics = 2});
  log.add("/hub/a");
  log.add("/hub/b");
  log.replica.start("f", 0);
  log.seq = 0;
  CHECK(log.replica.topics() == 0);
  CHECK(log.replica.lost("/hub/a") == 0);
}

TEST_CASE(
    "a pattern whose past finds no memory leaves nothing behind, and has all of it next time") {
  Log log({.events_per_topic = 2000});
  for (int i = 0; i < 4000; ++i) log.add(i % 2 ? "a/1" : "a/2");
  const std::size_t bytes = log.replica.bytes();
  const TopicMatcher wanted = TopicMatcher::prefix("a/");
  for (const std::size_t most : {1'000, 4'000, 16'000, 32'000}) {
    bool refused = false;
    {
      const ::testing::Refusal refusal(most);
      try {
        log.replica.join(wanted);
      } catch (const std::bad_alloc&) {
        refused = true;
      }
    }
    CHECK(refused);
    CHECK(log.replica.bytes() == bytes);
    log.loop.settle();
    CHECK(log.replica.find("a/1")->views.empty());
  }
  Topic& view = log.replica.join(wanted);
  CHECK(view.end() - view.first() == 4000);
  log.add("a/1");
  CHECK(view.newest() == 4001);
}

TEST_CASE("a history that begins anew is not burdened with what a pattern kept that nobody reads") {
  Log log({.bytes = 10'000});
  log.add("a/1", 3'000);
  log.replica.leave(log.replica.join(TopicMatcher::prefix("a/")));
  log.replica.start("f", 0);
  CHECK(log.replica.bytes() == 0);
  log.seq = 0;
  for (int i = 0; i < 3; ++i) log.add("a/" + std::to_string(i), 100);
  CHECK(log.held("a/0") == 1);
}

TEST_CASE("a pattern that drops an old event does not forget that it may lack newer ones") {
  Log log({.events_per_topic = 1, .events_per_pattern = 3});
  log.add("a/1");
  log.add("a/2");
  log.add("a/2");
  log.add("a/2");
  log.add("a/3");
  const Topic& view = log.replica.join(TopicMatcher::prefix("a/"));
  CHECK(view.lost() == 3);
  log.add("a/4");
  CHECK(view.at(view.first())->seq() == 4);
  CHECK(view.lost() == 3);
}

TEST_CASE("a view that is forgotten takes nothing more, though topics have not been asked yet") {
  Log log;
  const std::string name(65, 'a');
  log.add(name);
  const std::size_t one = log.replica.bytes();
  // All prefixes of the name: of 64 views without readers all are kept, of one more 17.
  for (std::size_t size = 1; size <= 65; ++size) {
    log.replica.leave(log.replica.join(TopicMatcher::prefix(name.substr(0, size))));
  }
  CHECK(log.replica.bytes() == 18 * one);
  log.add(name);
  CHECK(log.replica.bytes() == 2 * 18 * one);
  log.loop.settle();
  CHECK(log.replica.bytes() == 2 * 18 * one);
}

TEST_CASE("a topic that has gone makes room for another") {
  Log log({.topics = 2});
  log.add("a");
  log.add("b");
  for (int i = 0; i < 3; ++i) log.add("c" + std::to_string(i));
  CHECK(log.replica.topics() == 2);
  CHECK(log.held("c1") == 1);
  log.replica.leave(log.replica.join("d"));  // in the room of c1; without events it goes at once
  log.add("e");
  CHECK(log.held("c2") == 1);
  CHECK(log.held("e") == 1);
}
