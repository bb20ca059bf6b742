// The whole proxy against an app server that says exactly what it is told to.
#include "proxy/handler.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/fake_exchange.h"
#include "tests/unit/proxy/scripted_app.h"

using namespace std::chrono_literals;
using proxy::Address;
using proxy::ProxyHandler;
using testing::FakeExchange;
using testing::ScriptedApp;

namespace {

// Content that a client sends bit by bit.
class Upload final : public http::Body {
 public:
  struct Text {
    std::string pending;
    bool ended = false;
    bool broken = false;
    std::size_t given = 0;  // of pending
    std::size_t read = 0;   // in all
    http::Waker* waiting = nullptr;
    http::Headers trailers;
    void say(std::string_view more) {
      pending += more;
      wake();
    }
    void wake() {
      if (auto* waker = std::exchange(waiting, nullptr)) waker->wake();
    }
  };
  http::Headers trailers() override { return text_.trailers; }
  Upload(Text& text, std::optional<std::uint64_t> length) : text_(text), length_(length) {}
  ~Upload() override { text_.waiting = nullptr; }
  std::optional<std::uint64_t> length() const override { return length_; }
  http::Read read(std::span<std::byte> into, http::Waker& later) override {
    if (text_.broken) throw std::runtime_error("the client has left");
    const std::size_t count = std::min(into.size(), text_.pending.size() - text_.given);
    std::copy_n(reinterpret_cast<const std::byte*>(text_.pending.data()) + text_.given, count,
                into.begin());
    text_.given += count;
    text_.read += count;
    const bool all = text_.given == text_.pending.size();
    if (count == 0 && !text_.ended) text_.waiting = &later;
    return {count, text_.ended && all};
  }

 private:
  Text& text_;
  std::optional<std::uint64_t> length_;
};

struct World {
  net::Loop loop;
  ScriptedApp app{loop};
  ProxyHandler::Options options;
  Upload::Text upload;  // a relay may hold its reader to the end
  std::unique_ptr<ProxyHandler> handler;

  World() { options.upstreams = {Address::parse(app.url())}; }

  void until(const std::function<bool()>& condition) { testing::run_until(loop, condition); }
  void ask(FakeExchange& fake, const http::Request& request) {
    if (!handler) handler = std::make_unique<ProxyHandler>(loop, options);
    handler->handle(request, fake.exchange());
  }
  void get(FakeExchange& fake, std::string target = "/") { ask(fake, testing::get(target)); }
  void answers(std::string text) {
    app.script = [text = std::move(text)](ScriptedApp::Visit& visit) { visit.say(text); };
  }
  ScriptedApp::Visit& visit() { return app.visits.back(); }
  // Reads the body of the answer as it comes, to its end.
  std::string body(FakeExchange& fake) {
    std::string text;
    until([&] {
      text += fake.read();
      return fake.ended;
    });
    return text;
  }
};

http::Request post(std::string target) {
  http::Request request = testing::get(std::move(target));
  request.method = "POST";
  return request;
}

}  // namespace

TEST_CASE_METHOD(World, "a request reaches the app as it was, and its answer the client") {
  answers("HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-Own: yes\r\n\r\nhello");
  FakeExchange fake;
  ask(fake, testing::get("/a/../b%2F?c=d&e", {{"accept", "x/y"}}));
  until([&] { return fake.answered(); });
  CHECK(fake.status() == 201);
  CHECK(fake.field("x-own") == "yes");
  CHECK(fake.field("via") == "1.1 herald");
  CHECK(fake.response().body->length() == 5);
  CHECK(body(fake) == "hello");
  CHECK(visit().heard.starts_with("GET /a/../b%2F?c=d&e HTTP/1.1\r\nHost: app.test\r\n"));
  CHECK(visit().heard.find("accept: x/y\r\n") != std::string::npos);
  CHECK(visit().heard.find("Accept-Encoding") == std::string::npos);
  CHECK(visit().heard.find("User-Agent") == std::string::npos);
}

TEST_CASE_METHOD(World, "connections are kept for the next request") {
  answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  for (int i = 0; i < 3; ++i) {
    FakeExchange fake;
    get(fake);
    until([&] { return fake.answered(); });
    CHECK(body(fake) == "ok");
  }
  CHECK(app.visits.size() == 1);
  CHECK(visit().requests() == 3);
}

TEST_CASE_METHOD(World, "two 103 are passed on, without the fields of their connection") {
  answers(
      "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\nConnection: x-hop\r\n"
      "X-Hop: 1\r\nKeep-Alive: 5\r\n\r\n"
      "HTTP/1.1 103 Early Hints\r\nLink: </b.css>; rel=preload; as=style\r\n\r\n");
  FakeExchange fake;
  get(fake);
  until([&] { return fake->hints.size() == 2; });
  CHECK_FALSE(fake.answered());
  CHECK(fake->hints[0].size() == 1);
  CHECK(fake->hints[0].get("link") == "</a.css>; rel=preload; as=style");
  CHECK(fake->hints[1].get("link") == "</b.css>; rel=preload; as=style");
  visit().say("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  until([&] { return fake.answered(); });
  CHECK(fake.status() == 404);
}

TEST_CASE_METHOD(World, "other interim answers are passed on too, but for 100, which is Herald's") {
  answers(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nConnection: x-hop\r\nX-Hop: "
      "1\r\n\r\n"
      "HTTP/1.1 104 Upload Resumption Supported\r\nUpload-Offset: 5\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  FakeExchange fake;
  get(fake);
  until([&] { return fake.answered(); });
  CHECK(fake->hints.empty());
  REQUIRE(fake->interim.size() == 2);
  CHECK(fake->interim[0].first == 102);
  CHECK(fake->interim[0].second.empty());
  CHECK(fake->interim[1].first == 104);
  CHECK(fake->interim[1].second.get("upload-offset") == "5");
}

TEST_CASE_METHOD(World, "an event stream is live, and each event comes at once") {
  answers("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  FakeExchange fake;
  get(fake);
  until([&] { return fake.answered(); });
  CHECK(fake.response().live);
  CHECK(fake.read().empty());
  visit().say("data: 1\n\n");
  until([&] { return fake.waker.wakes == 1; });
  CHECK(fake.read() == "data: 1\n\n");
  // The client goes, and so does the connection to the app.
  fake.response().body = nullptr;
  until([&] { return visit().closed; });
  until([&] { return handler->requests() == 0; });
}

TEST_CASE_METHOD(World, "a client that leaves before the answer ends the request to the app") {
  FakeExchange fake;
  get(fake);
  until([&] { return !app.visits.empty() && visit().requests() == 1; });
  fake.leave();
  until([&] { return visit().closed; });
  CHECK(handler->requests() == 0);
  CHECK_FALSE(fake.answered());
}

TEST_CASE_METHOD(World, "an app that says more than the client takes is held up") {
  const std::string chunk(256 * 1024, 'x');
  answers("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
  FakeExchange fake;
  get(fake);
  until([&] { return fake.answered(); });
  // Until the kernel takes no more: what it holds, and no more than a buffer here.
  int idle = 0;
  until([&] {
    idle = visit().say(chunk) == 0 ? idle + 1 : 0;
    return idle > 20;
  });
  const std::size_t taken = visit().said;
  CHECK(taken < 32u * 1024 * 1024);
  std::size_t read = 0;
  until([&] {
    read += fake.read().size();
    visit().say(chunk);
    return read > taken;
  });
}

TEST_CASE_METHOD(World, "trailers of the app follow the content, also those it had not announced") {
  answers(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n"
      "5\r\nhello\r\n0\r\nX-Sum: 5\r\nX-More: 6\r\nContent-Length: 7\r\n\r\n");
  FakeExchange fake;
  get(fake);
  until([&] { return fake.answered(); });
  CHECK(fake.field("trailer") == "x-sum");
  CHECK(fake.field("x-sum") == "(none)");
  CHECK(body(fake) == "hello");
  const http::Headers trailers = fake.response().body->trailers();
  CHECK(trailers.size() == 2);
  CHECK(trailers.get("x-sum") == "5");
  CHECK(trailers.get("x-more") == "6");
}

TEST_CASE_METHOD(World, "trailers of a request follow its content, whatever length it has told") {
  upload.pending = "hello";
  upload.ended = true;
  upload.trailers = {{"x-sum", "5"}, {"host", "other.test"}};
  FakeExchange fake;
  fake->body = std::make_unique<Upload>(upload, 5);
  http::Request request = post("/");
  request.fields.add("trailer", "x-sum");
  ask(fake, request);
  until([&] {
    return !app.visits.empty() && visit().heard.ends_with("5\r\nhello\r\n0\r\nx-sum: 5\r\n\r\n");
  });
  CHECK(visit().heard.find("Content-Length") == std::string::npos);
  CHECK(visit().heard.find("trailer: x-sum\r\n") != std::string::npos);
  visit().say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  until([&] { return fake.answered(); });
}

TEST_CASE_METHOD(World, "content is sent on as it comes") {
  upload.pending = "one";
  FakeExchange fake;
  fake->body = std::make_unique<Upload>(upload, 6);
  ask(fake, post("/"));
  until([&] { return !app.visits.empty() && visit().heard.ends_with("\r\n\r\none"); });
  CHECK(visit().heard.find("Content-Length: 6\r\n") != std::string::npos);
  CHECK(visit().heard.find("Expect") == std::string::npos);
  CHECK(upload.waiting != nullptr);
  upload.say("two");
  upload.ended = true;
  until([&] { return visit().heard.ends_with("onetwo"); });
  visit().say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  until([&] { return fake.answered(); });
  CHECK(fake.status() == 200);
}

TEST_CASE_METHOD(World, "content of unknown length is chunked, and none is said to be none") {
  upload.pending = "hello";
  upload.ended = true;
  FakeExchange fake;
  fake->body = std::make_unique<Upload>(upload, std::nullopt);
  ask(fake, post("/"));
  until([&] { return !app.visits.empty() && visit().heard.ends_with("5\r\nhello\r\n0\r\n\r\n"); });
  CHECK(visit().heard.find("ransfer-") != std::string::npos);
  FakeExchange empty;
  ask(empty, post("/"));
  until([&] { return app.visits.size() == 2 && visit().requests() == 1; });
  CHECK(visit().heard.find("content-length: 0\r\n") != std::string::npos);
}

TEST_CASE_METHOD(World, "an app that does not read holds up the client's content") {
  upload.pending = std::string(64 * 1024 * 1024, 'x');
  FakeExchange fake;
  fake->body = std::make_unique<Upload>(upload, upload.pending.size());
  app.script = [](ScriptedApp::Visit& visit) { visit.listen(false); };
  ask(fake, post("/"));
  std::size_t before = 1;
  int still = 0;
  until([&] {
    still = before == upload.read ? still + 1 : 0;
    before = upload.read;
    return upload.read > 0 && still > 50;
  });
  CHECK(upload.read < 32u * 1024 * 1024);
}

TEST_CASE_METHOD(World, "an app that answers before it has all of the content is heard") {
  upload.pending = "half";
  FakeExchange fake;
  fake->body = std::make_unique<Upload>(upload, 100);
  answers(
      "HTTP/1.1 413 Content Too Large\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n");
  ask(fake, post("/"));
  until([&] { return fake.answered(); });
  CHECK(fake.status() == 413);
  CHECK(body(fake) == "no!");

  answers("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nenough!");
  FakeExchange other;
  other->body = std::make_unique<Upload>(upload, 100);
  upload.pending = "half";
  upload.given = 0;
  ask(other, post("/"));
  until([&] { return other.answered(); });
  CHECK(body(other) == "enough!");
}

TEST_CASE_METHOD(World, "content and answer may go both ways at once") {
  upload.pending = "one";
  FakeExchange fake;
  fake->body = std::make_unique<Upload>(upload, std::nullopt);
  ask(fake, post("/"));
  until([&] { return !app.visits.empty() && visit().heard.ends_with("3\r\none\r\n"); });
  visit().say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\necho one\r\n");
  std::string heard;
  until([&] {
    if (fake.answered()) heard += fake.read();
    return heard == "echo one";
  });
  upload.say("two");
  until([&] { return visit().heard.ends_with("3\r\ntwo\r\n"); });
  upload.ended = true;
  upload.wake();
  until([&] { return visit().heard.ends_with("0\r\n\r\n"); });
  visit().say("0\r\n\r\n");
  CHECK(body(fake).empty());
}

TEST_CASE_METHOD(World, "a client that leaves in the middle of its content ends the request") {
  upload.pending = "half";
  FakeExchange fake;
  fake->body = std::make_unique<Upload>(upload, 100);
  ask(fake, post("/"));
  until([&] { return !app.visits.empty() && visit().heard.ends_with("half"); });
  upload.broken = true;
  upload.wake();
  until([&] { return visit().closed; });
}

TEST_CASE_METHOD(World, "HEAD says how long the answer would be, and 304 has none") {
  answers("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
  FakeExchange fake;
  http::Request head = testing::get("/");
  head.method = "HEAD";
  ask(fake, head);
  until([&] { return fake.answered(); });
  CHECK(fake.response().body->length() == 1234);
  answers("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
  FakeExchange unchanged;
  get(unchanged);
  until([&] { return unchanged.answered(); });
  CHECK(unchanged.status() == 304);
  CHECK_FALSE(unchanged.response().body);
  until([&] { return handler->requests() == 0; });
}

TEST_CASE_METHOD(World, "content of HEAD means nothing, and stays behind") {
  upload.pending = "hello";
  upload.ended = true;
  answers("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
  FakeExchange fake;
  fake->body = std::make_unique<Upload>(upload, 5);
  http::Request head = testing::get("/");
  head.method = "HEAD";
  ask(fake, head);
  until([&] { return fake.answered(); });
  CHECK(fake.response().body->length() == 1'000'000);
  CHECK(visit().heard.starts_with("HEAD / HTTP/1.1\r\n"));
  CHECK(visit().heard.ends_with("\r\n\r\n"));
  until([&] { return handler->requests() == 0; });
}

TEST_CASE_METHOD(World,
                 "an upload that the app does not read ends though its answer has no content") {
  options.relay.idle = 50ms;
  upload.pending = std::string(64 * 1024 * 1024, 'x');
  FakeExchange fake;
  fake->body = std::make_unique<Upload>(upload, upload.pending.size());
  app.script = [](ScriptedApp::Visit& visit) {
    visit.listen(false);
    visit.say("HTTP/1.1 204 No Content\r\n\r\n");
  };
  ask(fake, post("/"));
  until([&] { return fake.answered(); });
  CHECK(fake.status() == 204);
  until([&] { return handler->requests() == 0; });
  CHECK(handler->figures().at(0).failures == std::array<std::uint64_t, 4>{});
}

TEST_CASE_METHOD(World, "an app that nobody runs is answered 502, for people and for programs") {
  app.stop();
  FakeExchange person;
  ask(person, testing::get("/", {{"accept", "text/html,*/*"}}));
  until([&] { return person.answered(); });
  CHECK(person.status() == 502);
  CHECK(person.field("content-type") == "text/html; charset=utf-8");
  const std::string page = person.read();
  CHECK(page.find("cannot be reached") != std::string::npos);
  CHECK(page.find("127.0.0.1") == std::string::npos);
  FakeExchange program;
  ask(program, testing::get("/", {{"accept", "application/json"}}));
  until([&] { return program.answered(); });
  CHECK(program.field("content-type") == "application/problem+json");
  CHECK(program.note("upstream") == app.url());
  CHECK(program.note("upstream_error") != "(none)");
}

TEST_CASE_METHOD(World, "an app that ends the connection without an answer is 502") {
  app.script = [](ScriptedApp::Visit& visit) { visit.close(); };
  FakeExchange fake;
  get(fake);
  until([&] { return fake.answered(); });
  CHECK(fake.status() == 502);
  CHECK(fake.read().find("without an answer") != std::string::npos);
}

TEST_CASE_METHOD(World, "an app that talks nonsense, or too much in its fields, is 502") {
  options.relay.head.bytes = 1000;
  answers("SSH-2.0-hello\r\n\r\n");
  FakeExchange nonsense;
  get(nonsense);
  until([&] { return nonsense.answered(); });
  CHECK(nonsense.status() == 502);
  answers("HTTP/1.1 200 OK\r\nx: " + std::string(2000, 'x') + "\r\n\r\n");
  FakeExchange much;
  get(much);
  until([&] { return much.answered(); });
  CHECK(much.status() == 502);
}

TEST_CASE_METHOD(World, "an answer that breaks off resets its stream, after what had come") {
  answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  FakeExchange fake;
  get(fake);
  until([&] { return fake.answered(); });
  CHECK(fake.read() == "half");
  visit().close();
  until([&] { return fake.waker.wakes == 1; });
  CHECK_THROWS(fake.read());
}

TEST_CASE_METHOD(World, "an app that does not answer in time is 504") {
  options.relay.first_byte = 50ms;
  FakeExchange fake;
  get(fake);
  until([&] { return fake.answered(); });
  CHECK(fake.status() == 504);
  until([&] { return visit().closed; });
}

TEST_CASE_METHOD(World, "one slow answer does not make an app server one that cannot be reached") {
  options.relay.first_byte = 50ms;
  int failures = 0;
  options.pool.on_failure = [&] { ++failures; };
  FakeExchange fake;
  get(fake);
  until([&] { return fake.answered(); });
  CHECK(fake.status() == 504);
  CHECK(failures == 0);
  const proxy::Figures figures = handler->figures().at(0);
  CHECK(figures.failing_for == 0);
  CHECK(figures.failures[static_cast<std::size_t>(proxy::Failure::late)] == 1);
}

TEST_CASE_METHOD(World, "an answer that stands still is cut, an event stream is not") {
  options.relay.idle = 50ms;
  answers("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  FakeExchange live;
  get(live);
  until([&] { return live.answered(); });
  CHECK(live.read().empty());
  answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  FakeExchange fake;
  get(fake);
  until([&] { return fake.answered(); });
  CHECK(fake.read() == "half");
  until([&] { return fake.waker.wakes == 1; });
  CHECK_THROWS(fake.read());
  CHECK(live.waker.wakes == 0);
}

TEST_CASE_METHOD(World,
                 "what may be repeated is asked of another app server when the first fails") {
  ScriptedApp second(loop);
  options.upstreams.push_back(Address::parse(second.url()));
  app.script = [](ScriptedApp::Visit& visit) { visit.close(); };
  second.script = [](ScriptedApp::Visit& visit) {
    visit.say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond");
  };
  for (int i = 0; i < 4; ++i) {
    FakeExchange fake;
    get(fake);
    until([&] { return fake.answered(); });
    CHECK(fake.status() == 200);
  }
  // What may not is not.
  int failed = 0;
  for (int i = 0; i < 4; ++i) {
    FakeExchange fake;
    ask(fake, post("/"));
    until([&] { return fake.answered(); });
    failed += fake.status() == 502;
  }
  CHECK(failed > 0);
  // Unless it was never sent.
  app.stop();
  for (int i = 0; i < 4; ++i) {
    upload.pending = "hello";
    upload.ended = true;
    FakeExchange fake;
    fake->body = std::make_unique<Upload>(upload, 5);
    ask(fake, post("/"));
    until([&] { return fake.answered(); });
    CHECK(fake.status() == 200);
  }
}

TEST_CASE_METHOD(World, "a connection that the app has closed meanwhile is no failure") {
  answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  FakeExchange first;
  get(first);
  until([&] { return first.answered(); });
  CHECK(body(first) == "ok");
  // It takes the next request and closes: a race that every kept connection can lose.
  app.script = [&](ScriptedApp::Visit& visit) {
    if (visit.requests() == 2) return visit.close();
    visit.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain");
  };
  FakeExchange second;
  get(second);
  until([&] { return second.answered(); });
  CHECK(body(second) == "again");
  // But what may not be repeated is not, though no answer had begun.
  app.script = [&](ScriptedApp::Visit& visit) { visit.close(); };
  FakeExchange third;
  ask(third, post("/"));
  until([&] { return third.answered(); });
  CHECK(third.status() == 502);
  const auto posts = std::ranges::count_if(app.visits, [](const ScriptedApp::Visit& visit) {
    return visit.heard.find("POST / ") != std::string::npos;
  });
  CHECK(posts == 1);
}

TEST_CASE_METHOD(
    World, "a POST that was sent is not sent to another, though connecting anew took too long") {
  ScriptedApp second(loop);
  options.upstreams.push_back(Address::parse(second.url()));
  options.multi.connect = 50ms;
  for (ScriptedApp* each : {&app, &second}) {
    each->script = [](ScriptedApp::Visit& visit) {
      visit.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    };
  }
  for (int i = 0; i < 2; ++i) {
    FakeExchange fake;
    get(fake);
    until([&] { return fake.answered(); });
    CHECK(body(fake) == "ok");
  }
  REQUIRE(app.visits.size() == 1);
  app.jam();
  app.script = [](ScriptedApp::Visit& visit) { visit.close(); };
  FakeExchange fake;
  ask(fake, post("/"));
  until([&] { return fake.answered(); });
  CHECK(visit().heard.find("POST / ") != std::string::npos);
  CHECK(fake.status() == 502);
  CHECK(second.visits.back().heard.find("POST / ") == std::string::npos);
}

TEST_CASE_METHOD(World, "health checks leave out who is unwell, and 503 says that nobody is well") {
  options.health = {.path = "/healthz", .interval = 10ms, .patience = 1s};
  std::string health = "500 Internal Server Error";
  app.script = [&](ScriptedApp::Visit& visit) {
    const bool check = visit.heard.ends_with("\r\n\r\n") &&
                       visit.heard.rfind("GET /healthz") > visit.heard.rfind("GET / ") + 1;
    visit.say("HTTP/1.1 " + (check ? health : "200 OK") + "\r\nContent-Length: 0\r\n\r\n");
  };
  handler = std::make_unique<ProxyHandler>(loop, options);
  const auto ask_once = [&] {
    FakeExchange fake;
    get(fake);
    until([&] { return fake.answered(); });
    return fake.status();
  };
  until([&] { return !app.visits.empty() && visit().requests() > 2; });
  CHECK(ask_once() == 503);
  health = "204 No Content";
  const int asked = visit().requests();
  until([&] { return visit().requests() > asked + 2; });
  CHECK(ask_once() == 200);
}

TEST_CASE_METHOD(World, "what each app server was asked, and how it answered, is counted") {
  handler = std::make_unique<ProxyHandler>(loop, options);
  const auto ends = [&](std::string text) {
    answers(std::move(text));
    FakeExchange fake;
    get(fake);
    until([&] { return fake.answered(); });
    if (fake.status() == 200) body(fake);
  };
  ends("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  ends("SSH-2.0\r\n");
  FakeExchange open;
  answers("");
  get(open);
  until([&] { return handler->figures()[0].in_flight == 1; });
  open.leave();
  until([&] { return handler->requests() == 0; });
  app.stop();
  ends("");
  const proxy::Figures figures = handler->figures().at(0);
  CHECK(figures.upstream == app.url());
  CHECK(figures.requests == 4);
  CHECK(figures.in_flight == 0);
  CHECK(figures.answers() == 1);
  CHECK(figures.failures == std::array<std::uint64_t, 4>{1, 0, 0, 1});
  CHECK(figures.failing_for == 1);
}

TEST_CASE_METHOD(World, "a client that gives up on the app leaves a note of whom it waited for") {
  FakeExchange fake;
  get(fake);
  CHECK(fake.note("upstream") == app.url());
  fake.leave();
  CHECK(fake.note("upstream") == app.url());
  CHECK(fake.note("upstream_error") == "(none)");
}

TEST_CASE_METHOD(World, "more requests than the app may have at one time are answered 503") {
  options.requests = 2;
  int full = 0;
  options.on_full = [&] { ++full; };
  FakeExchange one;
  FakeExchange two;
  FakeExchange three;
  get(one);
  get(two);
  get(three);
  CHECK(three.status() == 503);
  CHECK(three.field("retry-after") == "1");
  CHECK(three.note("upstream_error") == "too many requests");
  CHECK(full == 1);
}

TEST_CASE_METHOD(World, "what cannot be passed on is refused") {
  const auto status_of = [&](http::Request request) {
    FakeExchange fake;
    ask(fake, request);
    CHECK(fake.note("upstream_error") != "(none)");
    return fake.status();
  };
  http::Request trace = testing::get("/");
  trace.method = "TRACE";
  FakeExchange traced;
  ask(traced, trace);
  CHECK(traced.status() == 405);
  CHECK(traced.field("allow") == "GET, HEAD, QUERY, POST, PUT, PATCH, DELETE, OPTIONS");
  CHECK(traced.note("upstream_error") == "a method that is not passed on");
  CHECK(status_of(testing::get("/a b")) == 400);
  http::Headers circle;
  for (int i = 0; i < 8; ++i) circle.add("via", "2.0 herald");
  http::Request round = testing::get("/");
  round.fields = circle;
  CHECK(status_of(round) == 508);
  round.fields.add("accept", "application/json");
  FakeExchange told;
  ask(told, round);
  CHECK(told.read().find("\"title\":\"Loop Detected\"") != std::string::npos);
  CHECK(app.visits.empty());
}

TEST_CASE_METHOD(World, "OPTIONS goes no further than max-forwards says") {
  answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const auto send = [&](std::string method, std::string forwards) {
    http::Request request = testing::get("/");
    request.method = std::move(method);
    request.fields.add("max-forwards", forwards);
    FakeExchange fake;
    ask(fake, request);
    until([&] { return fake.answered(); });
    return fake;
  };
  FakeExchange here = send("OPTIONS", "0");
  CHECK(here.status() == 204);
  CHECK(here.field("allow") == "GET, HEAD, QUERY, POST, PUT, PATCH, DELETE, OPTIONS");
  CHECK(app.visits.empty());
  CHECK(send("OPTIONS", "1").status() == 200);
  CHECK(visit().heard.find("max-forwards: 0\r\n") != std::string::npos);
  CHECK(send("GET", "0").status() == 200);
}

TEST_CASE_METHOD(World, "answers on their way when the proxy goes are cut off") {
  answers("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
  FakeExchange live;
  FakeExchange waiting;
  get(live);
  until([&] { return live.answered(); });
  app.script = nullptr;
  get(waiting);
  handler = nullptr;
  CHECK_THROWS(live.read());
  CHECK(waiting.status() == 500);
}
