// What has to wait for another turn of the loop: requests, of which the slice here has room for
// two, and content that is dear.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/session/handlers.h"
#include "tests/support/h1_peer.h"
#include "tests/support/peer.h"

using namespace std::chrono_literals;
using testing::Answering;
using testing::H1Peer;
using testing::Peer;

namespace {

net::Clock::time_point present;
net::Slice slice_of_two() {
  return net::Slice(1ms, [] { return present; });
}

// Each request takes a second, and says what content came with it.
Answering dear() {
  return Answering([](const http::Request& request, http::Exchange exchange) {
    present += 1s;
    if (request.method != "POST") return exchange.respond(testing::text("hello"));
    http::Exchange::collect(std::move(exchange), 100, [](http::Exchange back, std::string content) {
      back.respond(testing::text("got " + content));
    });
  });
}

}  // namespace

TEST_CASE("dear requests of one read are handled over several turns, in their order") {
  net::Slice slice = slice_of_two();
  Answering root = dear();
  Peer peer(root, {.slice = &slice});
  for (const char* path : {"/1", "/2", "/3", "/4", "/5"}) peer.get(path);
  slice.begin();
  peer.pump();
  CHECK(root.asked == std::vector<std::string>{"/1", "/2"});
  slice.begin();
  peer.pump();
  CHECK(root.asked.size() == 4);
  slice.begin();
  peer.pump();
  CHECK(root.asked == std::vector<std::string>{"/1", "/2", "/3", "/4", "/5"});
  for (const auto& [id, reply] : peer.replies()) CHECK(reply.body == "hello");
  CHECK(peer.replies().size() == 5);
  CHECK(peer.session().streams() == 0);
}

TEST_CASE("fill() says that there is more for as long as requests are put off") {
  net::Slice slice = slice_of_two();
  Answering root = dear();
  Peer peer(root, {.slice = &slice});
  for (int i = 0; i < 3; ++i) peer.get("/");
  slice.begin();
  peer.pump();
  http::Output output;
  CHECK(peer.session().fill(output));
  CHECK(output.bytes().empty());
  slice.begin();
  CHECK_FALSE(peer.session().fill(output));
  CHECK(root.asked.size() == 3);
}

namespace {

// Three pieces, of which each is all that should be made at once.
class DearBody final : public http::Body {
 public:
  http::Read read(std::span<std::byte> into, http::Waker&) override {
    std::ranges::copy(std::as_bytes(std::span("piece", 5)), into.begin());
    return {5, ++given_ == 3, given_ < 3};
  }

 private:
  int given_ = 0;
};

Answering dearly() {
  return Answering([](const http::Request&, http::Exchange exchange) {
    http::Response response = testing::text("");
    response.body = std::make_unique<DearBody>();
    exchange.respond(std::move(response));
  });
}

// How many pieces each fill() brings, until it says that there is no more.
template <typename Session>
std::vector<std::size_t> pieces_of(Session& session) {
  std::vector<std::size_t> pieces;
  for (bool more = true; more && pieces.size() < 10;) {
    http::Output output;
    more = session.fill(output);
    const auto bytes = output.bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    pieces.push_back(0);
    for (auto at = text.find("piece"); at != text.npos; at = text.find("piece", at + 1)) {
      ++pieces.back();
    }
  }
  return pieces;
}

}  // namespace

TEST_CASE("of content that is dear fill() makes no more than a piece") {
  Answering root = dearly();
  Peer peer(root);
  peer.get("/");
  peer.push_to_server();
  CHECK(pieces_of(peer.session()) == std::vector<std::size_t>{1, 1, 1});
  CHECK(peer.session().streams() == 0);
}

TEST_CASE("HTTP/1.1: of content that is dear fill() makes no more than a piece") {
  Answering root = dearly();
  H1Peer peer(root);
  for (const char* version : {"1.1", "1.0"}) {
    const std::string request = "GET / HTTP/" + std::string(version) + "\r\nHost: app.test\r\n\r\n";
    peer.session().receive(std::as_bytes(std::span(request)));
    CHECK(pieces_of(peer.session()) == std::vector<std::size_t>{1, 1, 1});
    CHECK(peer.session().streams() == 0);
  }
}

TEST_CASE("the content of a request that is put off waits for its handler") {
  net::Slice slice = slice_of_two();
  Answering root = dear();
  Peer peer(root, {.slice = &slice});
  peer.get("/1");
  peer.get("/2");
  const auto whole = peer.post("/3", "at once");
  const auto later = peer.begin_post("/4");
  slice.begin();
  peer.pump();
  peer.more(later, "in ");
  peer.pump();
  CHECK(root.asked.size() == 2);
  slice.begin();
  peer.more(later, "pieces");
  peer.finish(later);
  peer.pump();
  CHECK(peer.reply(whole).body == "got at once");
  CHECK(peer.reply(later).body == "got in pieces");
}

TEST_CASE("a request that is reset while it is put off is never handled") {
  net::Slice slice = slice_of_two();
  Answering root = dear();
  Peer peer(root, {.slice = &slice});
  peer.get("/1");
  peer.get("/2");
  const auto reset = peer.get("/reset");
  const auto last = peer.get("/last");
  slice.begin();
  peer.pump();
  peer.reset(reset);
  peer.pump();
  CHECK(peer.session().streams() == 1);
  slice.begin();
  peer.pump();
  CHECK(root.asked == std::vector<std::string>{"/1", "/2", "/last"});
  CHECK(peer.reply(last).body == "hello");
}

TEST_CASE("requests that are put off and never get their turn are reset as stalled ones are") {
  net::Slice slice = slice_of_two();
  Answering root = dear();
  Peer peer(root, {.slice = &slice});
  peer.get("/1");
  peer.get("/2");
  const auto waits = peer.get("/3");
  slice.begin();
  peer.pump();
  peer.loop().advance(31s);
  peer.session().reset_stalled(peer.loop().now() - 30s);
  peer.pump();
  CHECK(peer.reply(waits).reset == 0x8);
  CHECK(peer.session().streams() == 0);
}

TEST_CASE("contents that are whole in one read are delivered over several turns, in their order") {
  net::Slice slice = slice_of_two();
  std::vector<std::string> delivered;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    http::Exchange::collect(std::move(exchange), 100,
                            [&](http::Exchange back, std::string content) {
                              present += 1s;
                              delivered.push_back(content);
                              back.respond(testing::text("got " + content));
                            });
  });
  Peer peer(root, {.slice = &slice});
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(peer.begin_post("/"));
  for (int i = 0; i < 5; ++i) {
    slice.begin();
    peer.pump();
  }
  REQUIRE(root.asked.size() == 10);
  for (int i = 0; i < 10; ++i) {
    peer.more(ids[i], std::to_string(i));
    peer.finish(ids[i]);
  }
  slice.begin();
  peer.push_to_server();
  CHECK(delivered == std::vector<std::string>{"0", "1"});
  http::Output output;
  CHECK(peer.session().fill(output));
  CHECK(delivered.size() == 2);  // in the same turn
  peer.reset(ids[4]);
  peer.push_to_server();
  slice.begin();
  CHECK(peer.session().fill(output));
  CHECK(delivered == std::vector<std::string>{"0", "1", "2", "3"});
  slice.begin();
  CHECK(peer.session().fill(output));
  CHECK(delivered == std::vector<std::string>{"0", "1", "2", "3", "5", "6"});
  slice.begin();
  CHECK(peer.session().fill(output));
  slice.begin();
  CHECK_FALSE(peer.session().fill(output));
  CHECK(delivered == std::vector<std::string>{"0", "1", "2", "3", "5", "6", "7", "8", "9"});
  CHECK(peer.session().streams() == 0);
}

TEST_CASE("content that is too much is refused in its turn, once") {
  net::Slice slice = slice_of_two();
  Answering root = dear();
  Peer peer(root, {.slice = &slice});
  const auto large = peer.begin_post("/large");
  slice.begin();
  peer.pump();
  peer.get("/1");
  peer.get("/2");
  peer.more(large, std::string(101, 'x'));
  slice.begin();
  peer.pump();
  CHECK_FALSE(peer.reply(large).answered());
  peer.more(large, std::string(101, 'x'));
  peer.pump();
  slice.begin();
  peer.pump();
  CHECK(peer.reply(large).status() == "413");
  peer.finish(large);
  peer.pump();
  CHECK(peer.session().streams() == 0);
}

TEST_CASE("a session that drains still handles what it has put off") {
  net::Slice slice = slice_of_two();
  Answering root = dear();
  Peer peer(root, {.slice = &slice});
  for (int i = 0; i < 3; ++i) peer.get("/");
  slice.begin();
  peer.pump();
  peer.session().drain();
  peer.pump();
  CHECK_FALSE(peer.session().done());
  slice.begin();
  peer.pump();
  CHECK(root.asked.size() == 3);
  CHECK(peer.session().done());
}

TEST_CASE("HTTP/1.1: requests that came together are answered over several turns") {
  net::Slice slice = slice_of_two();
  Answering root = dear();
  H1Peer peer(root, &slice);
  std::string requests;
  for (const char* path : {"/1", "/2", "/3", "/4", "/5"}) {
    requests += std::string("GET ") + path + " HTTP/1.1\r\nhost: app.test\r\n\r\n";
  }
  slice.begin();
  std::string answers = peer.say(requests);
  CHECK(root.asked.size() == 3);
  CHECK_FALSE(peer.session().inside_header_section());
  answers += peer.say("GET /6 HTTP/1.1\r\nhost: app.test\r\n\r\n");
  CHECK(root.asked.size() == 3);
  slice.begin();
  answers += peer.hear();
  CHECK(root.asked.size() == 5);
  slice.begin();
  answers += peer.hear();
  CHECK(root.asked == std::vector<std::string>{"/1", "/2", "/3", "/4", "/5", "/6"});
  CHECK(peer.logged.size() == 6);
  std::size_t hellos = 0;
  for (auto at = answers.find("hello"); at != answers.npos; at = answers.find("hello", at + 1)) {
    ++hellos;
  }
  CHECK(hellos == 6);
}
