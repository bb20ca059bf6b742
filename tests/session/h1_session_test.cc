#include <catch2/catch.hpp>

#include "tests/session/handlers.h"
#include "tests/support/h1_peer.h"
#include "tests/support/refusal.h"

using namespace std::chrono_literals;
using testing::Answering;
using testing::content_of;
using testing::Feed;
using testing::H1Peer;
using testing::status_of;

namespace {

// Answers with what it was sent, collected.
Answering echo() {
  return Answering([](const http::Request&, http::Exchange exchange) {
    http::Exchange::collect(std::move(exchange), 100, [](http::Exchange back, std::string content) {
      back.respond(testing::text("got " + content));
    });
  });
}

Answering hello() {
  return Answering([](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text("hello"));
  });
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("HTTP/1.1: a request is answered with the fields that the engine owns") {
  Answering root([](const http::Request& request, http::Exchange exchange) {
    CHECK(request.version == http::Version::http_1_1);
    CHECK(request.method == "GET");
    CHECK(request.authority == "app.test");
    CHECK(request.target == "/a?b=c");
    CHECK(request.fields.get("x-kept") == "1");
    exchange.respond(testing::text("hello"));
  });
  H1Peer peer(root);
  const std::string answer = peer.say("GET /a?b=c HTTP/1.1\r\nHost: app.test\r\nX-Kept: 1\r\n\r\n");
  CHECK(status_of(answer) == "HTTP/1.1 200");
  CHECK(answer.find("\r\ncontent-length: 5\r\n") != answer.npos);
  CHECK(answer.find("\r\ndate: ") != answer.npos);
  CHECK(answer.find("connection:") == answer.npos);
  CHECK(content_of(answer) == "hello");
  CHECK_FALSE(peer.session().done());
  CHECK(peer.session().streams() == 0);
  CHECK(peer.logged == std::vector<H1Peer::Logged>{{"/a?b=c", 200, 0}});
}

TEST_CASE("HTTP/1.1: the scheme of a request is its connection's, whatever its target says") {
  std::string seen;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    seen = request.scheme;
    exchange.respond(testing::text(""));
  });
  H1Peer plain(root);
  plain.say("GET https://app.test/ HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(seen == "http");
  H1Peer protected_by_tls(root);
  protected_by_tls.self.tls = "TLSv1.3";
  protected_by_tls.say("GET / HTTP/1.0\r\n\r\n");
  CHECK(seen == "https");
}

TEST_CASE("HTTP/1.1: the same session fed byte by byte gives the same answer") {
  Answering root = echo();
  H1Peer peer(root);
  std::string answer;
  for (const char c : std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: 1\r\n\r\n")) {
    answer += peer.say(std::string_view(&c, 1));
  }
  CHECK(content_of(answer) == "got abcde");
}

TEST_CASE("HTTP/1.1: requests sent behind each other are answered in order, one at a time") {
  std::vector<http::Exchange> held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held.push_back(std::move(exchange)); });
  H1Peer peer(root);
  CHECK(peer.say("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n").empty());
  REQUIRE(root.asked == std::vector<std::string>{"/1"});
  held[0].respond(testing::text("one"));
  CHECK(content_of(peer.hear()) == "one");
  REQUIRE(root.asked == std::vector<std::string>{"/1", "/2"});
  held[1].respond(testing::text("two"));
  CHECK(content_of(peer.hear()) == "two");
}

TEST_CASE("HTTP/1.1: what waits behind a request is bounded: the client is not read any further") {
  http::Exchange held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held = std::move(exchange); });
  H1Peer peer(root);
  peer.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(peer.session().wants_input());
  peer.say(std::string(70'000, 'x'));
  CHECK_FALSE(peer.session().wants_input());
}

TEST_CASE("HTTP/1.1: content is held back until somebody asks for it, and taken on from there") {
  http::Exchange held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held = std::move(exchange); });
  H1Peer peer(root);
  peer.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  peer.say(std::string(80'000, 'x'));
  CHECK_FALSE(peer.session().wants_input());
  std::size_t size = 0;
  http::Exchange::collect(std::move(held), 200'000, [&](http::Exchange back, std::string content) {
    size = content.size();
    back.respond(testing::text("thanks"));
  });
  CHECK(peer.session().wants_input());
  CHECK(content_of(peer.say(std::string(20'000, 'x'))) == "thanks");
  CHECK(size == 100'000);
}

TEST_CASE("HTTP/1.1: HEAD, 204 and 304 have no content, and HEAD says how long it would be") {
  Answering root([](const http::Request& request, http::Exchange exchange) {
    http::Response response = testing::text("hello");
    if (request.target == "/204") response.status = 204;
    if (request.target == "/304") response.status = 304;
    exchange.respond(std::move(response));
  });
  H1Peer peer(root);
  const std::string head = peer.say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(head.find("content-length: 5\r\n") != head.npos);
  CHECK(content_of(head).empty());
  for (const std::string target : {"/204", "/304"}) {
    const std::string answer = peer.say("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(answer.find("content-length") == answer.npos);
    CHECK(content_of(answer).empty());
  }
  CHECK_FALSE(peer.session().done());
}

TEST_CASE("HTTP/1.1: a live body is chunked, and wakes the connection when it has more") {
  Feed feed;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::live(feed));
  });
  H1Peer peer(root);
  feed.pending = "one";
  const std::string begun = peer.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(begun.find("transfer-encoding: chunked\r\n") != begun.npos);
  CHECK(content_of(begun) == "0003\r\none\r\n");
  CHECK(peer.session().has_live_streams());
  feed.say("two!");
  CHECK(peer.output_noted == 1);
  CHECK(peer.hear() == "0004\r\ntwo!\r\n");
  feed.end();
  CHECK(peer.hear() == "0\r\n\r\n");
  CHECK(feed.destroyed == 1);
  CHECK(status_of(peer.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")) == "HTTP/1.1 200");
}

TEST_CASE("HTTP/1.0: a live body ends with the connection, for it knows no chunks") {
  Feed feed;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::live(feed));
  });
  H1Peer peer(root);
  feed.pending = "one";
  const std::string begun = peer.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(begun.find("connection: close\r\n") != begun.npos);
  CHECK(content_of(begun) == "one");
  CHECK_FALSE(peer.session().done());
  CHECK(peer.session().breaks_off(false));
  feed.end();
  CHECK(peer.hear().empty());
  CHECK(peer.session().done());
  CHECK_FALSE(peer.session().breaks_off(false));
  CHECK(peer.session().breaks_off(true));
}

TEST_CASE("HTTP/1.0: the connection stays open for those who ask for it, and for no others") {
  Answering root = hello();
  H1Peer kept(root);
  CHECK(
      kept.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").find("connection: keep-alive") !=
      std::string::npos);
  CHECK_FALSE(kept.session().done());
  H1Peer closed(root);
  closed.say("GET / HTTP/1.0\r\n\r\n");
  CHECK(closed.session().done());
}

TEST_CASE("HTTP/1.1: a client that says close gets its answer and is closed") {
  Answering root = hello();
  H1Peer peer(root);
  const std::string answer = peer.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(answer.find("connection: close\r\n") != answer.npos);
  CHECK(peer.session().done());
}

TEST_CASE("HTTP/1.1: 100 comes when a handler wants the content, and not before") {
  http::Exchange held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held = std::move(exchange); });
  H1Peer peer(root);
  CHECK(peer.say("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            .empty());
  http::Exchange::collect(std::move(held), 10, [](http::Exchange back, std::string content) {
    back.respond(testing::text(content));
  });
  CHECK(peer.output_noted == 1);
  CHECK(peer.hear() == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(content_of(peer.say("hi")) == "hi");
}

TEST_CASE("HTTP/1.1: content that is too large is answered 413 before it has come") {
  Answering root = echo();
  for (const std::string request :
       {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n"}) {
    H1Peer peer(root);
    const std::string answer = peer.say(request + std::string(101, 'x'));
    CHECK(status_of(answer) == "HTTP/1.1 413");
    CHECK(answer.find("100 bytes") != std::string::npos);
  }
}

TEST_CASE("HTTP/1.1: an answer before the content's end closes the connection, a while later") {
  Answering root = hello();
  H1Peer peer(root);
  const std::string answer =
      peer.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(answer.find("connection: close") != answer.npos);
  CHECK(peer.session().answered_early());
  CHECK_FALSE(peer.session().done());
  CHECK(peer.say("defghijGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n").empty());
  CHECK(root.asked == std::vector<std::string>{"/"});
  peer.session().stop_uploads();
  CHECK(peer.session().done());
}

TEST_CASE("HTTP/1.1: whatever has two readings is refused, and nothing behind it is read") {
  struct Case {
    std::string head;
    std::string status;
  };
  const Case cases[] = {
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n", "501"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n", "501"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n", "501"},
      {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", "400"},
      {"GET / HTTP/1.1\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost:\r\n", "400"},
      {"GET https:///x HTTP/1.1\r\nHost: a\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a b\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: user@a\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n", "400"},
      {"GET  / HTTP/1.1\r\nHost: a\r\n", "400"},
      {"GET / HTTP/1.1 \r\nHost: a\r\n", "505"},
      {"GET / HTTP/2.0\r\nHost: a\r\n", "505"},
      {"GET / HTTP/0.9\r\nHost: a\r\n", "505"},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n", "501"},
      {"GET nothing HTTP/1.1\r\nHost: a\r\n", "400"},
  };
  for (const Case& each : cases) {
    INFO(each.head);
    Answering root = hello();
    H1Peer peer(root);
    const std::string answer =
        peer.say(each.head + "\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(status_of(answer) == "HTTP/1.1 " + each.status);
    CHECK(root.asked.empty());
    if (each.status != "501" && answer.find("slash") == answer.npos &&
        answer.find("user information") == answer.npos) {
      CHECK(answer.find("connection: close") != answer.npos);
      CHECK(count(answer, "content-length: ") == 1);
    }
  }
}

TEST_CASE("HTTP/1.1: chunks that are none end the request with 400") {
  for (const std::string chunks : {"x\r\nabc\r\n", "-1\r\nabc\r\n", "3\r\nabcd\r\n",
                                   "3\nabc\n0\n\n", "fffffffffffffffff\r\n", " 3\r\nabc\r\n"}) {
    INFO(chunks);
    Answering root = echo();
    H1Peer peer(root);
    const std::string answer = peer.say(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n");
    CHECK(status_of(answer) == "HTTP/1.1 400");
    CHECK(answer.find("connection: close") != answer.npos);
  }
}

TEST_CASE("HTTP/1.1: a chunk's header without an end is refused before it fills the memory") {
  Answering root = echo();
  H1Peer peer(root);
  peer.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  std::string answer;
  for (int i = 0; i < 20; ++i) answer += peer.say(std::string(8000, 'x'));
  CHECK(status_of(answer) == "HTTP/1.1 400");
  CHECK(peer.session().answered_early());
}

TEST_CASE("HTTP/1.1: fields and targets beyond the limits are 431 and 414") {
  Answering root = hello();
  H1Peer large(root);
  CHECK(status_of(large.say("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(17'000, 'x') +
                            "\r\n\r\n")) == "HTTP/1.1 431");
  H1Peer many(root);
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += "X: y\r\n";
  CHECK(status_of(many.say("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")) == "HTTP/1.1 431");
  H1Peer endless(root);
  std::string answer;
  for (int i = 0; i < 100 && answer.empty(); ++i) {
    answer = endless.say(i == 0 ? "GET / HTTP/1.1\r\nHost: a\r\n"
                                : "X: " + std::string(8000, 'x') + "\r\n");
  }
  CHECK(status_of(answer) == "HTTP/1.1 431");
  H1Peer target(root);
  CHECK(status_of(target.say("GET /" + std::string(5000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n")) ==
        "HTTP/1.1 414");
  CHECK(root.asked.empty());
}

TEST_CASE("HTTP/1.1: the absolute form names the authority, whatever host says") {
  std::string seen;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    seen = request.authority + " " + request.target;
    exchange.respond(testing::text(""));
  });
  H1Peer peer(root);
  peer.say("GET http://app.test:81/a?b HTTP/1.1\r\nHost: other\r\n\r\n");
  CHECK(seen == "app.test:81 /a?b");
  peer.say("GET HTTPS://app.test HTTP/1.1\r\nHost: other\r\n\r\n");
  CHECK(seen == "app.test /");
  peer.say("GET http://app.test?q HTTP/1.1\r\nHost: other\r\n\r\n");
  CHECK(seen == "app.test /?q");
}

TEST_CASE("HTTP/1.1: fields of the connection, and those it names, do not reach a handler") {
  http::Headers seen;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    seen = request.fields;
    exchange.respond(testing::text(""));
  });
  H1Peer peer(root);
  peer.say(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop, te\r\nX-Hop: 1\r\nTE: gzip\r\n"
      "Keep-Alive: timeout=5\r\nX-Kept: 2\r\n\r\n");
  CHECK(seen.size() == 1);
  CHECK(seen.get("x-kept") == "2");
}

TEST_CASE("HTTP/1.1: fields are taken away that are named anywhere among thousands of names") {
  http::Headers seen;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    seen = request.fields;
    exchange.respond(testing::text(""));
  });
  H1Peer peer(root);
  std::string names = "X-First";
  for (int i = 0; i < 6000; ++i) names += i == 3000 ? ", x-MIDDLE\t" : ",x";
  std::string request =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: " + names + ",,content-length\r\n";
  for (int i = 0; i < 80; ++i) request += "y" + std::to_string(i) + ": kept\r\n";
  request += "X-Middle: 1\r\nX-Middle: 2\r\nx-last: 3\r\nX: 4\r\nx-first: 5\r\nx-firs: kept\r\n";
  CHECK(status_of(peer.say(request + "Connection: x-last\r\ncontent-length: 0\r\n\r\n")) ==
        "HTTP/1.1 200");
  CHECK(seen.size() == 82);
  for (const http::Field field : seen) CHECK((field.value == "kept" || field.value == "0"));
}

TEST_CASE("HTTP/1.1: a field of an answer cannot break out of its line") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    http::Response response = testing::text("x");
    response.fields.add("location", "/a\r\nset-cookie: b=c");
    exchange.respond(std::move(response));
  });
  H1Peer peer(root);
  const std::string answer = peer.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.find("set-cookie") == answer.npos);
}

TEST_CASE(
    "HTTP/1.1: without memory for an answer's fields its connection ends, with nothing said") {
  http::Exchange held;
  Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/first") return exchange.respond(testing::text("first"));
    held = std::move(exchange);
  });
  H1Peer peer(root);
  REQUIRE(content_of(peer.say("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")) == "first");
  peer.say("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  http::Response response = testing::text("second");
  response.fields.add("x-large", std::string(100'000, 'x'));
  const int noted = peer.output_noted;
  {
    const testing::Refusal refusal(64 * 1024);
    held.respond(std::move(response));
  }
  CHECK(peer.output_noted > noted);
  CHECK(peer.hear().empty());
  CHECK(peer.session().done());
  CHECK(peer.session().streams() == 0);
  REQUIRE(peer.logged.size() == 2);
  CHECK(peer.logged[1].error_code == 0x2);
}

TEST_CASE("HTTP/1.1: neither hints nor pushes are sent") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.hint({{"link", "</a.css>; rel=preload; as=style"}});
    CHECK(exchange.push("/a.css", {}) == http::Push::refused);
    exchange.respond(testing::text("x"));
  });
  H1Peer peer(root);
  CHECK(status_of(peer.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")) == "HTTP/1.1 200");
}

TEST_CASE(
    "HTTP/1.1: a body that fails cuts the connection, so that the client sees it is not whole") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    http::Response response;
    response.body = std::make_unique<testing::BrokenBody>();
    exchange.respond(std::move(response));
  });
  H1Peer peer(root);
  const std::string answer = peer.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.find("content-length: 100000\r\n") != answer.npos);
  CHECK(content_of(answer) == "x");
  CHECK(peer.session().done());
  CHECK(peer.logged == std::vector<H1Peer::Logged>{{"/", 200, 2}});
}

TEST_CASE("HTTP/1.0: content that breaks off must not look as if it had ended") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    http::Response response;
    response.body = std::make_unique<testing::BrokenBody>(std::nullopt);
    exchange.respond(std::move(response));
  });
  H1Peer unframed(root);
  CHECK(content_of(unframed.say("GET / HTTP/1.0\r\n\r\n")) == "x");
  CHECK(unframed.session().done());
  CHECK(unframed.session().breaks_off(false));
  H1Peer chunked(root);  // has no last chunk
  chunked.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(chunked.session().done());
  CHECK_FALSE(chunked.session().breaks_off(false));
}

TEST_CASE(
    "HTTP/1.1: a drain lets the answer under way end, says close, and closes idle connections") {
  http::Exchange held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held = std::move(exchange); });
  H1Peer busy(root);
  busy.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  busy.session().announce_drain();
  CHECK_FALSE(busy.session().done());
  held.respond(testing::text("bye"));
  const std::string answer = busy.hear();
  CHECK(answer.find("connection: close") != answer.npos);
  CHECK(busy.session().done());
  H1Peer idle(root);
  idle.session().drain();
  CHECK(idle.session().done());
}

TEST_CASE("HTTP/1.1: a client that leaves is no longer answered, and its log line says so") {
  http::Exchange held;
  Answering root(
      [&](const http::Request&, http::Exchange exchange) { held = std::move(exchange); });
  std::vector<H1Peer::Logged> logged;
  {
    H1Peer peer(root);
    peer.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(held.alive());
    CHECK(peer.tally.streams_now.get() == 1);
    peer.session().reset_stalled(peer.loop.now() + 1h);
    CHECK(held.alive());  // it waits for its handler, not for its client
  }
  CHECK_FALSE(held.alive());
}

TEST_CASE(
    "HTTP/1.1: a handler that throws or gives no answer is a 500, and the next request is served") {
  int asked = 0;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    if (++asked == 1) throw std::runtime_error("no");
    if (asked == 3) exchange.respond(testing::text("x"));
  });
  H1Peer peer(root);
  const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  CHECK(status_of(peer.say(request)) == "HTTP/1.1 500");
  CHECK(status_of(peer.say(request)) == "HTTP/1.1 500");
  CHECK(status_of(peer.say(request)) == "HTTP/1.1 200");
}

TEST_CASE("HTTP/1.1: trailers follow chunked content if the client has asked for them") {
  testing::Feed feed{.pending = {}, .ended = true, .trailers = {{"x-sum", "5"}}};
  Answering root([&](const http::Request&, http::Exchange exchange) {
    feed.pending = "hello";
    exchange.respond(testing::live(feed));
  });
  H1Peer peer(root);
  const std::string asked =
      peer.say("GET / HTTP/1.1\r\nHost: a\r\nTE: gzip, trailers\r\nConnection: te\r\n\r\n");
  CHECK(content_of(asked) == "0005\r\nhello\r\n0\r\nx-sum: 5\r\n\r\n");
  const std::string not_asked = peer.say("GET / HTTP/1.1\r\nHost: a\r\nTE: gzip\r\n\r\n");
  CHECK(content_of(not_asked) == "0005\r\nhello\r\n0\r\n\r\n");
}

TEST_CASE("HTTP/1.1: interim answers but 103 go out, and none to HTTP/1.0") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.hint({{"link", "</a.css>; rel=preload; as=style"}});
    exchange.interim(104, {{"upload-offset", "5"}});
    exchange.respond(testing::text("x"));
  });
  H1Peer peer(root);
  const std::string answer = peer.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 104 \r\nupload-offset: 5\r\n\r\nHTTP/1.1 200 OK\r\n"));
  CHECK(status_of(peer.say("GET / HTTP/1.0\r\n\r\n")) == "HTTP/1.1 200");
}
