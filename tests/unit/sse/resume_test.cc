#include <catch2/catch.hpp>
#include <random>

#include "sse/subscription.h"
#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

namespace {

// As a browser does: takes whole blocks, keeps the last id, drops what is not finished.
struct Browser {
  std::string last_id;
  std::vector<std::string> received;
  std::string rest;
  bool gap = false;

  void feed(std::string_view text) {
    rest += text;
    for (;;) {
      const auto end = rest.find("\n\n");
      if (end == std::string::npos) return;
      block(rest.substr(0, end + 1));
      rest.erase(0, end + 2);
    }
  }
  void block(const std::string& lines) {
    std::string data;
    bool has_data = false;
    for (std::size_t at = 0; at < lines.size();) {
      const auto end = lines.find('\n', at);
      const std::string line = lines.substr(at, end - at);
      at = end + 1;
      if (line.starts_with("id: ")) last_id = line.substr(4);
      if (line == "event: herald.gap") gap = true;
      if (!line.starts_with("data: ")) continue;
      if (has_data) data += '\n';
      data.append(line, 6);
      has_data = true;
    }
    if (has_data) received.push_back(data);
  }
};

}  // namespace

TEST_CASE(
    "wherever connections break and whatever the buffers, nothing is lost, doubled or disordered") {
  std::mt19937 random(1);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 200; ++round) {
    World world;
    world.add_worker();
    Browser browser;
    std::vector<std::string> expected;
    std::unique_ptr<FakeExchange> stream;
    const auto connect = [&] {
      browser.rest.clear();
      stream = std::make_unique<FakeExchange>(
          world.worker(pick(0, 1))
              .events("/events?topic=a&topic=b&topic=c", {{"last-event-id", browser.last_id}}));
    };
    connect();
    browser.feed(stream->read());
    std::string id;
    for (int step = 0; step < 100; ++step) {
      const int what = pick(0, 9);
      if (what < 5) {
        const std::string topic(1, static_cast<char>('a' + pick(0, 3)));
        std::string text = std::to_string(step) + std::string(pick(0, 60), 'x');
        if (pick(0, 3) == 0) text += "\nsecond line";
        if (topic != "d") expected.push_back(text);
        world.publish_unseen(draft(text, topic), id);
      } else if (what < 8) {
        // One read of any size; may cut a block.
        std::vector<std::byte> buffer(static_cast<std::size_t>(pick(1, 100)));
        const http::Read got = stream->response().body->read(buffer, stream->waker);
        REQUIRE_FALSE(got.end);
        browser.feed({reinterpret_cast<const char*>(buffer.data()), got.bytes});
      } else if (what == 8) {
        world.worker(pick(0, 1)).loop.advance(std::chrono::seconds(pick(0, 20)));
      } else {
        connect();
      }
    }
    for (auto& worker : world.workers) worker->loop.settle();
    browser.feed(stream->read(static_cast<std::size_t>(pick(1, 200))));
    REQUIRE(browser.received == expected);
    REQUIRE_FALSE(browser.gap);
  }
}

TEST_CASE("two workers see one order") {
  World world;
  world.add_worker();
  FakeExchange here = world.worker(0).events("/events");
  FakeExchange there = world.worker(1).events("/events");
  here.read();
  there.read();
  std::string id;
  for (int i = 0; i < 20; ++i) {
    world.sequencer.publish({draft(std::to_string(i))}, world.worker(i % 2).loop,
                            [](const Published&) {});
  }
  CHECK(here.read().empty());  // nothing reaches a worker outside its own turn
  for (auto& worker : world.workers) worker->loop.settle();
  const std::string text = here.read();
  CHECK(there.read() == text);
  CHECK(text.starts_with("id: epoch1-1\ndata: 0\n\nid: epoch1-2\ndata: 1\n\n"));
}

TEST_CASE("an id that another worker gave is not ahead, though this one has yet to hear of it") {
  World world;
  world.add_worker();
  std::string id;
  world.publish_unseen(draft("1"), id);
  world.loop().settle();
  FakeExchange stream = world.worker(1).events("/events", {{"last-event-id", id}});
  CHECK(behind_greeting(stream.read()).empty());
  world.publish_unseen(draft("2"), id);
  world.worker(1).loop.settle();
  CHECK(stream.read() == "id: epoch1-2\ndata: 2\n\n");
}

TEST_CASE("a publisher is told on its own loop, after its own worker has the event") {
  World world;
  world.add_worker();
  std::string id;
  world.publish_unseen(draft("1"), id);
  world.worker(1).loop.settle();
  CHECK(id.empty());
  world.loop().settle();
  CHECK(id == "epoch1-1");
  world.publish_unseen(draft("x", "a\nb"), id);
  world.loop().settle();
  CHECK(id == "A topic's name is UTF-8 text without control characters.");
  CHECK(world.publish("2") == "epoch1-2");  // the refused one has used no number
}

TEST_CASE("a reader who had a place in one epoch has none in the next, though that begins twice") {
  net::Loop loop(net::Loop::Time::manual);
  Replica replica(loop, {});
  const auto add = [&](const std::string& epoch, std::uint64_t seq) {
    const EventRef event =
        std::make_shared<const Event>(epoch, seq, draft("x"), std::chrono::system_clock::now());
    replica.apply({&event, 1});
  };
  struct Reader final : Subscription::Reader {
    void news() override {}
  } reader;
  replica.start("A", 0);
  for (std::uint64_t seq = 1; seq <= 10; ++seq) add("A", seq);
  const Matchers topics{TopicMatcher::exact("messages")};
  Subscription subscription(replica, reader, topics, {.after = 10});
  replica.start("B", 0);
  replica.start("B", 5);
  for (std::uint64_t seq = 6; seq <= 12; ++seq) add("B", seq);
  const std::optional<Gap> gap = subscription.missed();
  REQUIRE(gap);
  CHECK(gap->requested == "A-10");
  CHECK(gap->reason == "epoch");
  CHECK(gap->resumed == "B-6");
  const EventRef* next = subscription.next();
  REQUIRE(next);
  CHECK((*next)->id() == "B-6");
}
