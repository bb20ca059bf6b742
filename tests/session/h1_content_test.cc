// The content of a request of HTTP/1.1 as it comes: what is not read stays with the client, and
// either side may go first.
#include <catch2/catch.hpp>
#include <optional>

#include "tests/session/content_reader.h"
#include "tests/support/h1_peer.h"

using testing::H1Peer;
using Reader = testing::ContentReader;

namespace {

std::string post(std::size_t length, std::string_view content = "") {
  return "POST / HTTP/1.1\r\nhost: app.test\r\ncontent-length: " + std::to_string(length) +
         "\r\n\r\n" + std::string(content);
}

}  // namespace

TEST_CASE("content of HTTP/1.1 is read as it comes, and the connection goes on behind it") {
  Reader reader;
  H1Peer peer(reader.root);
  peer.say(post(10, "hello"));
  REQUIRE(reader.content);
  CHECK(reader.content->length() == 10);
  reader.read();
  CHECK(reader.text == "hello");
  CHECK_FALSE(reader.ended);
  peer.say("world");
  CHECK(reader.wakes == 1);
  reader.read();
  CHECK(reader.text == "helloworld");
  CHECK(reader.ended);
  reader.exchange.respond(testing::text("thanks"));
  CHECK(testing::content_of(peer.hear()) == "thanks");
  CHECK_FALSE(peer.session().done());
}

TEST_CASE("chunked content of HTTP/1.1 is read without its chunks") {
  Reader reader;
  H1Peer peer(reader.root);
  peer.say(
      "POST / HTTP/1.1\r\nhost: app.test\r\ntransfer-encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n");
  REQUIRE(reader.content);
  CHECK_FALSE(reader.content->length());
  reader.read();
  peer.say("5\r\nworld\r\n0\r\n\r\n");
  reader.read();
  CHECK(reader.text == "helloworld");
  CHECK(reader.ended);
}

TEST_CASE("chunked content of HTTP/1.1 may come octet by octet") {
  Reader reader;
  H1Peer peer(reader.root);
  peer.say("POST / HTTP/1.1\r\nhost: app.test\r\ntransfer-encoding: chunked\r\n\r\n");
  for (const char octet : std::string_view("5\r\nhello\r\n0\r\n\r\n")) {
    peer.say(std::string_view(&octet, 1));
    reader.read();
  }
  CHECK(reader.text == "hello");
  CHECK(reader.ended);
}

TEST_CASE("content of HTTP/1.1 that nobody reads is not taken from the socket") {
  Reader reader;
  H1Peer peer(reader.root);
  std::string rest(1 << 20, 'x');
  peer.say(post(rest.size()));
  std::size_t sent = 0;
  const auto send_while_wanted = [&] {
    while (sent < rest.size() && peer.session().wants_input()) {
      const std::size_t piece = std::min<std::size_t>(16 * 1024, rest.size() - sent);
      peer.say(std::string_view(rest).substr(sent, piece));
      sent += piece;
    }
  };
  send_while_wanted();
  CHECK(sent < 256 * 1024);
  for (int turn = 0; turn < 200 && !reader.ended; ++turn) {
    reader.read(50'000);
    send_while_wanted();
  }
  CHECK(reader.ended);
  CHECK(reader.text == rest);
}

TEST_CASE("content of HTTP/1.1 can be read on after the answer has begun") {
  Reader reader;
  testing::Feed feed;
  H1Peer peer(reader.root);
  peer.say(post(6, "one"));
  reader.read();
  reader.exchange.respond(testing::live(feed));
  feed.say("echo one");
  CHECK(peer.hear().find("echo one") != std::string::npos);
  peer.say("two");
  reader.read();
  CHECK(reader.text == "onetwo");
  CHECK(reader.ended);
  feed.end();
  peer.hear();
  CHECK(peer.session().done());
}

TEST_CASE("a client of HTTP/1.1 that leaves is noticed by both ends of the work") {
  Reader reader;
  {
    H1Peer peer(reader.root);
    peer.say(post(10, "half"));
    reader.read();
    reader.read();
  }
  CHECK(reader.gone == 1);
  CHECK(reader.wakes == 1);
  CHECK_FALSE(reader.exchange.alive());
  CHECK_THROWS(reader.read());
}

TEST_CASE("a chunk that is none ends the reading of content") {
  Reader reader;
  H1Peer peer(reader.root);
  peer.say(
      "POST / HTTP/1.1\r\nhost: app.test\r\ntransfer-encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n");
  reader.read();
  const std::string answer = peer.say("this is no chunk\r\n");
  CHECK(testing::status_of(answer) == "HTTP/1.1 400");
  CHECK_THROWS(reader.read());
}

TEST_CASE("a client of HTTP/1.1 that expects 100 gets it when its content is wanted") {
  Reader reader;
  H1Peer peer(reader.root);
  const std::string answer = peer.say(
      "POST / HTTP/1.1\r\nhost: app.test\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n");
  CHECK(answer == "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_CASE("HTTP/1.1: 100 is said once, however often content is asked for, and behind no answer") {
  Reader reader;
  testing::Feed feed;
  H1Peer peer(reader.root);
  peer.say(
      "POST / HTTP/1.1\r\nhost: app.test\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n");
  reader.read();
  reader.read();
  CHECK(peer.hear().empty());
  reader.exchange.respond(testing::live(feed));
  reader.read();
  CHECK(testing::status_of(peer.hear()) == "HTTP/1.1 200");
  reader.read();
  CHECK(peer.hear().empty());
}

TEST_CASE("HTTP/1.1: trailers behind chunked content are there once it has ended") {
  Reader reader;
  H1Peer peer(reader.root);
  peer.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n");
  reader.read();
  CHECK_FALSE(reader.ended);
  peer.say("X-Sum: 5\r\n\r\n");
  reader.read();
  CHECK(reader.text == "hello");
  CHECK(reader.ended);
  CHECK(reader.trailers.get("x-sum") == "5");
}
