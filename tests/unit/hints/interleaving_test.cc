#include "hints/interleaving.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_exchange.h"

using hints::Interleaving;
using std::chrono::milliseconds;

namespace {

struct Held {
  explicit Held(std::string text, std::string coding = "") {
    response = http::text_response(200, "text/html", std::move(text));
    if (!coding.empty()) response.fields.add("content-encoding", coding);
    interleaving.hold(response, interleaving.await(1, {"/a.css", "/b.js"}));
  }
  std::string read() {
    std::string text;
    std::vector<std::byte> room(16'384);
    for (;;) {
      const http::Read got = response.body->read(room, waker);
      text.append(reinterpret_cast<const char*>(room.data()), got.bytes);
      if (got.end) ended = true;
      if (got.end || got.bytes == 0) return text;
    }
  }

  net::Loop loop{net::Loop::Time::manual};
  Interleaving interleaving{loop, {.head_bytes = 100}};
  http::Response response;
  testing::FakeExchange::CountingWaker waker;
  bool ended = false;
};

const std::string page = "<head>" + std::string(3000, 'h') + "</head>" + std::string(50'000, 'b');

}  // namespace

TEST_CASE("a page stops behind its head until its pushes are over, and then goes on") {
  Held held(page);
  CHECK(held.response.body->length() == page.size());
  std::string text = held.read();
  CHECK(text.size() >= 3013);
  CHECK(text.size() < 5000);
  held.interleaving.ended(1, "/a.css");
  held.interleaving.ended(1, "/other.css");
  held.interleaving.ended(2, "/b.js");
  held.loop.settle();
  CHECK(held.waker.wakes == 0);
  held.interleaving.ended(1, "/b.js");
  CHECK(held.waker.wakes == 0);  // not from inside whatever ended
  held.loop.settle();
  CHECK(held.waker.wakes == 1);
  text += held.read();
  CHECK(text == page);
  CHECK(held.ended);
}

TEST_CASE("a page whose pushes are over before its head is does not stop") {
  Held held(page);
  held.interleaving.ended(1, "/a.css");
  held.interleaving.ended(1, "/b.js");
  CHECK(held.read() == page);
}

TEST_CASE("a client that takes its time with the pushes gets the page all the same") {
  Held held(page);
  std::string text = held.read();
  held.loop.advance(milliseconds(499));
  CHECK(held.waker.wakes == 0);
  held.loop.advance(milliseconds(1));
  CHECK(held.waker.wakes == 1);
  CHECK(text + held.read() == page);
}

TEST_CASE("of a compressed page the first bytes go ahead; a short page goes whole") {
  Held held(page, "br");
  CHECK(held.read().size() < 2000);
  Held small("<head></head>");
  CHECK(small.read() == "<head></head>");
  CHECK(small.ended);
}

TEST_CASE(
    "the next page of a connection releases the one before, and a page that is gone is forgotten") {
  Held held(page);
  std::string text = held.read();
  http::Response next = http::text_response(200, "text/html", page);
  held.interleaving.hold(next, held.interleaving.await(1, {"/c.css"}));
  held.loop.settle();
  CHECK(held.waker.wakes == 1);
  CHECK(text + held.read() == page);
  next.body = nullptr;
  held.response.body = nullptr;
  held.interleaving.ended(1, "/c.css");
  held.loop.settle();
}

TEST_CASE("pushes that are over before the page is answered are not waited for") {
  net::Loop loop{net::Loop::Time::manual};
  Interleaving interleaving(loop, {});
  auto pushes = interleaving.await(7, {"/a.css"});
  interleaving.ended(7, "/a.css");
  http::Response response = http::text_response(200, "text/html", page);
  const http::Body* before = response.body.get();
  interleaving.hold(response, std::move(pushes));
  CHECK(response.body.get() == before);
}
