#include <catch2/catch.hpp>

#include "tests/unit/sse/mercure_world.h"
#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

namespace {

// An archive of so many events of a kilobyte, ten a page, which answers when a test says so.
struct Library final : Sequencer, Archive {
  struct Question {
    Range range;
    std::function<void(std::variant<Past, Refused>)> done;
  };
  void publish(std::vector<Draft>, net::Loop&, std::function<void(const Published&)>) override {}
  void attach(Inbox& it) override { it.start("one", events); }
  void detach(Inbox&, net::Loop&) override {}
  std::uint64_t newest() const override { return events; }
  Archive* archive() override { return this; }
  void read(Range range, net::Loop&,
            std::function<void(std::variant<Past, Refused>)> done) override {
    asked.push_back({std::move(range), std::move(done)});
  }

  std::string data(std::uint64_t seq) const {
    return "<" + std::to_string(seq) + ">" + std::string(size, 'x');
  }
  // The question that has waited longest.
  void answer() {
    const Question question = std::move(asked.front());
    asked.erase(asked.begin());
    Past past;
    past.epoch = "one";
    past.newest = past.through = events;
    for (std::uint64_t seq = question.range.after + 1; seq <= events; ++seq) {
      past.events.push_back(std::make_shared<const Event>("one", seq, draft(data(seq)),
                                                          std::chrono::system_clock::now()));
      past.through = seq;
      if (past.events.size() == page) break;
    }
    question.done(std::move(past));
  }

  std::uint64_t events = 50;
  std::size_t page = 10;
  std::size_t size = 1000;
  std::vector<Question> asked;
};

struct Reading {
  explicit Reading(Hub::Options chosen = {})
      : options(std::move(chosen)), worker(library, cursors, authorizer, options) {}
  FakeExchange stream() { return worker.events("/events?lastEventId=earliest"); }
  std::uint64_t page_bytes() { return worker.hub.counters().page_bytes; }

  Library library;
  ClientCursors cursors;
  Authorizer authorizer{{.dev = true, .tokens = {}, .keys = {}, .subscribe_requires_token = false}};
  Hub::Options options;
  Worker worker;
};

// Room for two pages.
Hub::Options narrow() {
  Hub::Options options;
  options.replica.page_bytes = 2 * Range().bytes;
  return options;
}

std::string some_bytes(FakeExchange& stream, std::size_t most) {
  std::vector<std::byte> buffer(most);
  const http::Read got = stream.response().body->read(buffer, stream.waker);
  return {reinterpret_cast<const char*>(buffer.data()), got.bytes};
}

// Whether `text` has every event of the library once and in order.
bool whole(const Library& library, const std::string& text) {
  std::string expected;
  for (std::uint64_t seq = 1; seq <= library.events; ++seq) {
    expected += "id: one-" + std::to_string(seq) + "\ndata: " + library.data(seq) + "\n\n";
  }
  return behind_greeting(text) == expected;
}

}  // namespace

TEST_CASE("a stream that nobody reads asks the store for nothing, in either protocol") {
  Reading world;
  FakeExchange stream = world.stream();
  FakeExchange mercure = world.worker.ask(
      world.worker.hub.mercure(), get("/.well-known/mercure?topic=messages&lastEventID=earliest"));
  world.worker.loop.settle();
  CHECK(world.library.asked.empty());
  std::string text = stream.read();
  CHECK(world.library.asked.size() == 1);
  mercure.read();
  CHECK(world.library.asked.size() == 2);
  for (int i = 0; i < 10; ++i) {
    world.library.answer();
    text += stream.read();
    mercure.read();
  }
  CHECK(whole(world.library, text));
  CHECK(world.library.asked.empty());
  CHECK(world.page_bytes() == 0);
}

TEST_CASE("readers wait in line for room, and all get everything") {
  Reading world(narrow());
  std::vector<FakeExchange> streams;
  std::vector<std::string> texts(7);
  for (std::size_t i = 0; i < texts.size(); ++i) streams.push_back(world.stream());
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = streams[i].read();
  CHECK(world.library.asked.size() == 2);
  CHECK(world.page_bytes() == 2 * Range().bytes);
  while (!world.library.asked.empty()) {
    CHECK(world.library.asked.size() <= 2);
    world.library.answer();
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] += streams[i].read();
  }
  for (const std::string& text : texts) CHECK(whole(world.library, text));
  CHECK(world.page_bytes() == 0);
}

TEST_CASE("a reader that leaves gives up its place in the line, or its room") {
  Reading world(narrow());
  auto first = std::make_unique<FakeExchange>(world.stream());
  FakeExchange second = world.stream();
  auto third = std::make_unique<FakeExchange>(world.stream());
  FakeExchange fourth = world.stream();
  first->read();
  for (FakeExchange* each : {&second, third.get(), &fourth}) each->read();
  CHECK(world.library.asked.size() == 2);
  third.reset();
  first.reset();
  CHECK(world.library.asked.size() == 3);
  world.library.answer();  // to nobody
  world.library.answer();
  world.library.answer();
  CHECK(second.read().find("id: one-10\n") != std::string::npos);
  CHECK(fourth.read().find("id: one-10\n") != std::string::npos);
}

TEST_CASE("a page that is not taken makes way after a while, and its reader goes on where it was") {
  Reading world(narrow());
  FakeExchange unread = world.stream();
  FakeExchange slow = world.stream();
  FakeExchange next = world.stream();
  std::string unread_text = unread.read();
  std::string slow_text = slow.read();
  std::string text = next.read();
  world.library.size = 5000;
  world.library.answer();
  world.library.answer();
  slow_text += some_bytes(slow, 12'345);
  world.library.size = 1000;
  CHECK(world.page_bytes() < 3 * Range().bytes);
  CHECK(world.library.asked.empty());
  world.worker.loop.advance(100ms);
  CHECK(world.library.asked.empty());
  world.worker.loop.advance(200ms);
  REQUIRE(world.library.asked.size() == 1);
  world.library.answer();
  text += next.read();
  CHECK(text.find("id: one-10\n") != std::string::npos);
  CHECK(world.page_bytes() <= 2 * Range().bytes);
  // Those whose pages have gone ask for the rest once they read.
  world.library.size = 5000;
  std::vector<std::pair<FakeExchange*, std::string*>> readers{{&unread, &unread_text},
                                                              {&slow, &slow_text}};
  for (int i = 0; i < 100; ++i) {
    for (auto& [reader, has] : readers) *has += reader->read();
    if (!world.library.asked.empty()) world.library.answer();
    world.worker.loop.advance(100ms);
  }
  CHECK(whole(world.library, unread_text));
  CHECK(whole(world.library, slow_text));
}

TEST_CASE("a page that nobody waits for is kept, however long its reader takes") {
  Reading world(narrow());
  FakeExchange stream = world.stream();
  std::string text = stream.read();
  world.library.answer();
  world.worker.loop.advance(10s);
  CHECK(world.page_bytes() > 10'000);
  text += stream.read();
  CHECK(text.find("id: one-10\n") != std::string::npos);
}

TEST_CASE("a store that is away has nobody keep room for what does not come") {
  Reading world(narrow());
  std::vector<FakeExchange> streams;
  for (int i = 0; i < 4; ++i) streams.push_back(world.stream());
  for (FakeExchange& stream : streams) stream.read();
  for (int i = 0; i < 4; ++i) {
    REQUIRE_FALSE(world.library.asked.empty());
    const auto question = std::move(world.library.asked.front());
    world.library.asked.erase(world.library.asked.begin());
    question.done(Refused{503, "away"});
  }
  CHECK(world.page_bytes() == 0);
  world.worker.loop.advance(600ms);
  CHECK(world.library.asked.size() == 2);
}

TEST_CASE("of an id that is longer than any there is hardly more is kept than the longest has") {
  Reading world;
  const std::string id(10'000, 'x');
  FakeExchange poll = world.worker.poll("/poll?timeout=0&after=" + id);
  world.worker.loop.advance(3s);
  CHECK(poll.read().size() < 400);
  REQUIRE(world.library.asked.size() == 1);
  CHECK(world.library.asked.front().range.named.empty());
  FakeExchange stream = world.worker.events("/events?lastEventId=" + id);
  stream.read();
  CHECK(world.library.asked.back().range.named.empty());
}

TEST_CASE("polls wait in the same line, and their answers leave no page behind") {
  Reading world(narrow());
  std::vector<FakeExchange> polls;
  for (int i = 0; i < 5; ++i) polls.push_back(world.worker.poll("/poll?after=earliest"));
  CHECK(world.library.asked.size() == 2);
  for (int i = 0; i < 5; ++i) {
    REQUIRE_FALSE(world.library.asked.empty());
    world.library.answer();
    world.worker.loop.settle();
  }
  for (FakeExchange& poll : polls) {
    CHECK(poll.read().ends_with("],\"cursor\":\"one-10\",\"more\":true}"));
  }
  CHECK(world.page_bytes() == 0);
}

TEST_CASE("an answer whose page has made way before it was read leaves the client where it was") {
  Hub::Options options = narrow();
  options.polls.text_bytes = 0;
  Reading world(options);
  FakeExchange unread = world.worker.poll("/poll?after=one-3");
  FakeExchange begun = world.worker.poll("/poll?after=one-3");
  world.library.answer();
  world.library.answer();
  CHECK(unread.status() == 200);
  std::string text = some_bytes(begun, 20);
  FakeExchange next = world.worker.poll("/poll?after=earliest");
  FakeExchange other = world.worker.poll("/poll?after=earliest");
  world.worker.loop.advance(300ms);
  CHECK(world.library.asked.size() == 2);
  CHECK(unread.read() == "{\"messages\":[],\"cursor\":\"one-3\",\"more\":true}");
  CHECK((text + begun.read()).ends_with("xxx\"],\"cursor\":\"one-4\",\"more\":true}"));
  world.library.answer();
  CHECK(next.read().ends_with("],\"cursor\":\"one-10\",\"more\":true}"));
}
