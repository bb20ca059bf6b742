// The content of a request as it comes: what is not read stays with the client, and either side may
// go first.
#include <catch2/catch.hpp>

#include "tests/session/content_reader.h"
#include "tests/support/peer.h"

using namespace std::chrono_literals;
using testing::Peer;
using Reader = testing::ContentReader;

TEST_CASE("content is read as it comes, and its end is seen") {
  Reader reader;
  Peer peer(reader.root);
  const auto id = peer.begin_post("/", {{"content-length", "10"}});
  peer.more(id, "hello");
  peer.pump();
  REQUIRE(reader.content);
  CHECK(reader.content->length() == 10);
  reader.read();
  CHECK(reader.text == "hello");
  CHECK_FALSE(reader.ended);
  CHECK(reader.wakes == 0);
  peer.more(id, "world");
  peer.finish(id);
  peer.pump();
  CHECK(reader.wakes == 1);
  reader.read();
  CHECK(reader.text == "helloworld");
  CHECK(reader.ended);
}

TEST_CASE("a request without content has none to read") {
  Reader reader;
  Peer peer(reader.root);
  peer.get("/");
  peer.pump();
  CHECK_FALSE(reader.content);
  peer.post("/", "");
  peer.pump();
  CHECK_FALSE(reader.content);
}

TEST_CASE("content that nobody reads stays with the client, and another stream is not held up") {
  Reader reader;
  Peer peer(reader.root);
  const auto slow = peer.post("/slow", std::string(1 << 20, 'x'));
  peer.pump();
  auto unread = std::exchange(reader.content, nullptr);
  auto waiting = std::exchange(reader.exchange, {});
  peer.post("/quick", std::string(300'000, 'y'));
  peer.pump();
  for (int i = 0; i < 20 && !reader.ended; ++i) {
    reader.read();
    peer.pump();
  }
  CHECK(reader.text.size() == 300'000);

  // No more than the stream's window has come of the other.
  reader.content = std::move(unread);
  reader.text.clear();
  reader.read();
  CHECK(reader.text.size() == peer.limits().stream_window);
  waiting.respond(testing::text("enough"));
  peer.pump();
  CHECK(peer.reply(slow).body == "enough");
}

TEST_CASE("reading lets more come, in the end all of it") {
  Reader reader;
  Peer peer(reader.root);
  const std::string large(1 << 20, 'x');
  peer.post("/", large);
  peer.pump();
  const int told = peer.output_told;
  reader.read(1);
  CHECK(peer.output_told > told);  // or nobody would send the window
  for (int turns = 0; turns < 200 && !reader.ended; ++turns) {
    reader.read(20'000);
    peer.pump();
  }
  CHECK(reader.ended);
  CHECK(reader.text == large);
}

TEST_CASE("content can be read on after the answer has begun") {
  Reader reader;
  testing::Feed feed;
  Peer peer(reader.root);
  const auto id = peer.begin_post("/");
  peer.more(id, "one");
  peer.pump();
  reader.read();
  reader.exchange.respond(testing::live(feed));
  feed.say("echo one");
  peer.pump();
  CHECK(peer.reply(id).body == "echo one");
  peer.more(id, "two");
  peer.finish(id);
  peer.pump();
  reader.read();
  CHECK(reader.text == "onetwo");
  CHECK(reader.ended);
  feed.end();
  peer.pump();
  CHECK(peer.reply(id).ended);
  CHECK(peer.session().streams() == 0);
}

TEST_CASE("a reader that goes early gives the window back to the connection") {
  Reader reader;
  Peer peer(reader.root);
  for (int i = 0; i < 100; ++i) {
    const auto id = peer.post("/", std::string(60'000, 'x'));
    peer.pump();
    reader.content = nullptr;
    reader.exchange.respond(testing::text("no, thanks"));
    peer.pump();
    REQUIRE(peer.reply(id).body == "no, thanks");
  }
}

TEST_CASE("a client that leaves in the middle of its content is noticed by both ends of the work") {
  Reader reader;
  Peer peer(reader.root);
  const auto id = peer.begin_post("/");
  peer.more(id, "half");
  peer.pump();
  reader.read();
  peer.reset(id);
  peer.pump();
  CHECK(reader.gone == 1);
  CHECK(reader.wakes == 1);
  CHECK_FALSE(reader.exchange.alive());
  CHECK_THROWS(reader.read());
}

TEST_CASE("work for a client is told to stop when it leaves before the answer, and only then") {
  Reader reader;
  Peer peer(reader.root);
  const auto answered = peer.get("/");
  peer.pump();
  reader.exchange.respond(testing::text("here"));
  peer.pump();
  CHECK(peer.reply(answered).ended);
  CHECK(reader.gone == 0);
  const auto left = peer.get("/");
  peer.pump();
  peer.reset(left);
  peer.pump();
  CHECK(reader.gone == 1);
}

TEST_CASE("an exchange and its content may outlive their connection") {
  Reader reader;
  {
    Peer peer(reader.root);
    const auto id = peer.begin_post("/");
    peer.more(id, "half");
    peer.pump();
  }
  CHECK(reader.gone == 1);
  CHECK_THROWS(reader.read());
  reader.content = nullptr;
}

TEST_CASE("told of the client's leaving, the work may drop its exchange and its content") {
  Reader reader;
  Peer peer(reader.root);
  const auto id = peer.begin_post("/");
  peer.more(id, "half");
  peer.pump();
  reader.exchange.on_gone([&] {
    reader.content = nullptr;
    reader.exchange = {};
  });
  peer.reset(id);
  peer.pump();
  CHECK(peer.session().streams() == 0);
}

TEST_CASE(
    "a client that expects 100 before it sends its content gets it when the content is wanted") {
  Reader reader;
  Peer peer(reader.root);
  const auto id = peer.begin_post("/", {{"expect", "100-continue"}});
  peer.pump();
  REQUIRE(peer.reply(id).hints.size() == 1);
  CHECK(peer.reply(id).hints[0].get(":status") == "100");
}

TEST_CASE("only content that is waited for has a time to come in") {
  Reader reader;
  Peer peer(reader.root);
  const auto id = peer.begin_post("/");
  peer.more(id, "some");
  peer.pump();
  CHECK_FALSE(peer.session().content_awaited_since());  // the reader has yet to ask
  peer.loop().advance(20s);
  reader.read();
  CHECK(peer.session().content_awaited_since() == peer.loop().now());
  testing::Feed feed;
  reader.exchange.respond(testing::live(feed));
  CHECK_FALSE(peer.session().content_awaited_since());
}

TEST_CASE("trailers of a request are there once its content has ended") {
  Reader reader;
  Peer peer(reader.root);
  const auto id = peer.begin_post("/", {{"trailer", "x-sum"}});
  peer.more(id, "hello");
  peer.pump();
  reader.read();
  CHECK_FALSE(reader.ended);
  peer.finish(id, {{"x-sum", "5"}, {"x-more", "6"}});
  peer.pump();
  reader.read();
  CHECK(reader.text == "hello");
  CHECK(reader.ended);
  CHECK(reader.trailers.size() == 2);
  CHECK(reader.trailers.get("x-sum") == "5");
}

TEST_CASE("more trailers than fields are taken reset their stream, and no other") {
  Reader reader;
  Peer peer(reader.root);
  http::Headers many;
  for (int i = 0; i < 200; ++i) many.add("x-" + std::to_string(i), "1");
  const auto id = peer.begin_post("/");
  peer.more(id, "hello");
  peer.pump();
  peer.finish(id, many);
  peer.pump();
  CHECK(peer.reply(id).reset);
  CHECK(reader.gone == 1);
  REQUIRE(reader.content);
  CHECK_THROWS(reader.read());
  reader.content = nullptr;
  const auto next = peer.get("/");
  peer.pump();
  reader.exchange.respond(testing::text("fine"));
  peer.pump();
  CHECK(peer.reply(next).body == "fine");
  CHECK_FALSE(peer.goaway());
}

namespace {

// Requests whose content nobody reads.
class Unread {
 public:
  Unread(Peer& peer, Reader& reader) : peer_(peer), reader_(reader) {}
  // As many more, each of 64 KiB.
  void add(int count) {
    auto content = std::exchange(reader_.content, nullptr);
    auto exchange = std::exchange(reader_.exchange, {});
    for (int i = 0; i < count; ++i) {
      peer_.post("/unread", std::string(64 * 1024, 'x'));
      peer_.pump();
      contents_.push_back(std::move(reader_.content));
      exchanges_.push_back(std::move(reader_.exchange));
    }
    reader_.content = std::move(content);
    reader_.exchange = std::move(exchange);
  }
  void drop_one() { contents_.pop_back(); }

 private:
  Peer& peer_;
  Reader& reader_;
  std::vector<http::Exchange> exchanges_;
  std::vector<std::unique_ptr<http::Body>> contents_;
};

void read_all(Peer& peer, Reader& reader) {
  for (int turns = 0; turns < 1000 && !reader.ended; ++turns) {
    reader.read();
    peer.pump();
  }
}

}  // namespace

TEST_CASE("uploads that nobody reads leave what remains of the connection's window to another") {
  Reader reader;
  Peer peer(reader.root);
  Unread unread(peer, reader);
  unread.add(9);
  peer.post("/", std::string(3 << 20, 'x'));
  peer.pump();
  read_all(peer, reader);
  CHECK(reader.text.size() == 3 << 20);
}

TEST_CASE("uploads that take the last of the connection's window do not keep what has been read") {
  Reader reader;
  Peer peer(reader.root);
  const auto id = peer.begin_post("/");
  peer.more(id, std::string(420'000, 'x'));
  peer.pump();
  while (reader.text.size() < 420'000) {
    reader.read();
    peer.pump();
  }
  Unread unread(peer, reader);
  unread.add(10);
  peer.more(id, std::string(1 << 20, 'x'));
  peer.finish(id);
  peer.pump();
  read_all(peer, reader);
  CHECK(reader.text.size() == 420'000 + (1 << 20));
}

TEST_CASE("a client that has no window is not blamed for content that does not come") {
  Reader reader;
  Peer peer(reader.root);
  peer.begin_post("/");
  peer.pump();
  reader.read();
  CHECK(peer.session().content_awaited_since());
  Unread unread(peer, reader);
  unread.add(16);
  CHECK_FALSE(peer.session().content_awaited_since());
  peer.loop().advance(20s);
  unread.drop_one();
  CHECK(peer.session().content_awaited_since() == peer.loop().now());
}

TEST_CASE("a connection keeps the windows and streams that were announced to it") {
  Reader reader;
  Peer peer(reader.root);
  http::Limits& limits = peer.limits();
  const bool less = GENERATE(true, false);
  limits.stream_window = less ? 1000 : 16 << 20;
  limits.connection_window = less ? 1000 : 16 << 20;
  limits.concurrent_streams = less ? 1 : 1000;
  peer.get("/held");
  peer.pump();
  const http::Exchange held = std::move(reader.exchange);
  const auto id = peer.post("/", std::string(3 << 20, 'x'));
  peer.pump();
  CHECK_FALSE(peer.reply(id).reset);
  REQUIRE(reader.content);
  read_all(peer, reader);
  CHECK(reader.text.size() == 3 << 20);
  CHECK_FALSE(peer.goaway());
}
