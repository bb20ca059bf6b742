#include "hints/handler.h"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/http/filtered_wire.h"
#include "tests/support/fake_exchange.h"
#include "tests/unit/hints/fake_site.h"

using namespace hints;
using testing::FakeExchange;
using testing::FakeSite;
using testing::get;

namespace {

// Answers at once, or when told to.
class Next final : public http::Handler {
 public:
  void handle(const http::Request&, http::Exchange exchange) override {
    if (on_handle) on_handle();
    if (slow) {
      held = std::move(exchange);
    } else {
      exchange.respond(page());
    }
  }
  http::Response page() {
    http::Response response = http::text_response(status, type, "<html>");
    response.prepared = prepared;
    return response;
  }
  void answer() { held.respond(page()); }

  bool slow = false;
  int status = 200;
  std::string type = "text/html; charset=utf-8";
  std::shared_ptr<const http::Headers> prepared;
  std::function<void()> on_handle;
  http::Exchange held;
};

struct Hinting {
  Hinting() {
    site.put_page(
        "<link rel=stylesheet href=/a.css><script src=/b.js></script><script src=/no.js></script>");
    site.put("/a.css");
    site.put("/b.js");
    fake->push_outcome = http::Push::refused;
  }

  void ask(Mode mode, const http::Request& request) {
    HintingHandler(planner, next, {mode}).handle(request, fake.exchange());
  }
  std::vector<std::string> links() {
    std::vector<std::string> values;
    for (const http::Field field : fake.response().fields) {
      if (field.name == "link") values.emplace_back(field.value);
    }
    return values;
  }
  std::string note(std::string_view name) {
    for (const http::Note& note : fake.response().notes) {
      if (note.name == name) return note.value;
    }
    return "(none)";
  }

  FakeSite site;
  net::Loop loop{net::Loop::Time::manual};
  Planner planner{site, loop, {}};
  Next next;
  FakeExchange fake;
};

http::Request navigation(std::initializer_list<http::Field> more = {}) {
  http::Request request =
      get("/", {{"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}});
  for (const http::Field& field : more) request.fields.set(field.name, field.value);
  return request;
}

const std::vector<std::string> both{"</a.css>; rel=preload; as=style",
                                    "</b.js>; rel=preload; as=script"};

}  // namespace

TEST_CASE("a page that is ready at once has links and no 103") {
  Hinting with;
  with.ask(Mode::automatic, navigation());
  CHECK(with.fake->hints.empty());
  CHECK(with.links() == both);
  CHECK(with.fake.field("server-timing") ==
        "hints;desc=\"link: ready at once; no push: client refuses push\", "
        "hinted;desc=\"/a.css /b.js\", withheld;desc=\"/no.js: missing\"");
  CHECK(with.note("hints") == "link: ready at once; no push: client refuses push");
  CHECK(with.note("hinted") == "/a.css /b.js");
  CHECK(with.note("pushed") == "(none)");
  CHECK(with.note("withheld") == "/no.js: missing");
}

TEST_CASE("a page that takes its time is preceded by one 103, a field for each asset") {
  Hinting with;
  with.next.slow = true;
  with.ask(Mode::automatic, navigation());
  REQUIRE(with.fake->hints.size() == 1);
  REQUIRE(with.fake->hints[0].size() == 2);
  CHECK(with.fake->hints[0][0] == http::Field{"link", both[0]});
  CHECK_FALSE(with.fake.answered());
  with.next.answer();
  CHECK(with.fake->hints.size() == 1);
  CHECK(with.links() == both);
  CHECK(with.note("hints") == "early-hints; no push: client refuses push");
}

TEST_CASE("with early hints always, the 103 goes before the page is asked for") {
  Hinting with;
  with.next.on_handle = [&] { CHECK(with.fake->hints.size() == 1); };
  with.ask(Mode::early_hints, navigation());
  CHECK(with.fake->hints.size() == 1);
  CHECK(with.fake->pushes.empty());
  CHECK(with.note("hints") == "early-hints");
}

TEST_CASE(
    "a client that takes pushes gets promises before the page is asked for, and no hints of them") {
  Hinting with;
  with.fake->push_outcome = http::Push::promised;
  with.next.slow = true;
  with.next.on_handle = [&] { CHECK(with.fake->pushes.size() == 2); };
  with.ask(Mode::automatic, navigation());
  CHECK(with.fake->pushes == std::vector<std::string>{"/a.css", "/b.js"});
  CHECK(with.fake->hints.empty());
  with.next.answer();
  CHECK(with.links().empty());
  CHECK(with.note("hints") == "push");
  CHECK(with.note("pushed") == "/a.css /b.js");
  CHECK(with.note("hinted") == "(none)");
}

TEST_CASE("what is not pushed is hinted, behind the promises") {
  Hinting with;
  with.site.put_page("<link rel=preload as=image href=/c.png><link rel=stylesheet href=/a.css>");
  with.site.put("/c.png");
  with.fake->push_outcome = http::Push::promised;
  with.next.slow = true;
  with.ask(Mode::automatic, navigation());
  CHECK(with.fake->pushes == std::vector<std::string>{"/a.css"});
  REQUIRE(with.fake->hints.size() == 1);
  CHECK(with.fake->hints[0].joined("link") ==
        "</c.png>; rel=preload; as=image; type=\"image/png\"");
  with.next.answer();
  CHECK(with.fake.field("server-timing") ==
        "hints;desc=\"push, early-hints\", hinted;desc=\"/c.png\", pushed;desc=\"/a.css\"");
}

TEST_CASE(
    "with pushes and early hints always, the 103 tells of the rest before the page is asked for") {
  Hinting with;
  with.site.put_page("<link rel=preload as=image href=/c.png><link rel=stylesheet href=/a.css>");
  with.site.put("/c.png");
  with.fake->push_outcome = http::Push::promised;
  with.next.on_handle = [&] {
    CHECK(with.fake->pushes == std::vector<std::string>{"/a.css"});
    REQUIRE(with.fake->hints.size() == 1);
    CHECK(with.fake->hints[0].joined("link").starts_with("</c.png>"));
  };
  with.ask(Mode::push_early_hints, navigation());
  CHECK(with.note("hints") == "push, early-hints");
}

TEST_CASE("every outcome of a push is explained") {
  struct Case {
    http::Push outcome;
    std::string expected;
  };
  const auto [outcome, expected] = GENERATE(values<Case>({
      {http::Push::refused, "none; no push: client refuses push"},
      {http::Push::repeated, "none; no push: known to this connection"},
      {http::Push::nested, "none; no push: pushed request"},
      {http::Push::exhausted, "none; no push: enough was pushed"},
      {http::Push::unwanted, "none; no push: client cancels pushes"},
  }));
  Hinting with;
  with.fake->push_outcome = outcome;
  with.next.slow = true;
  with.ask(Mode::push, navigation());
  CHECK(with.fake->hints.empty());
  with.next.answer();
  CHECK(with.links().empty());
  CHECK(with.note("hints") == expected);
}

TEST_CASE("a push that stops midway is explained, and the rest is told by link") {
  struct Exhausted {
    int urgency = -1;
    int pushes = 0;
    http::Push push(std::string_view, http::Priority priority, http::Exchange&) {
      urgency = priority.urgency;
      return pushes++ == 0 ? http::Push::promised : http::Push::exhausted;
    }
    void complete(http::Response&) {}
  };
  Hinting with;
  auto wire = std::make_unique<http::FilteredWire<Exhausted>>(with.fake.exchange());
  Exhausted& seen = wire->filter();
  with.next.on_handle = [&] { CHECK(seen.urgency == 1); };
  HintingHandler(with.planner, with.next, {}).handle(navigation(), http::Exchange(std::move(wire)));
  CHECK(with.links() == std::vector<std::string>{both[1]});
  CHECK(with.note("hints") == "push, link: ready at once; no more push: enough was pushed");
}

TEST_CASE("with links only, or hints off, nothing goes before the page") {
  Hinting with;
  with.fake->push_outcome = http::Push::promised;
  with.next.slow = true;
  SECTION("links") {
    with.ask(Mode::link, navigation());
    CHECK(with.fake->pushes.empty());
    CHECK(with.fake->hints.empty());
    with.next.answer();
    CHECK(with.links() == both);
    CHECK(with.note("hints") == "link");
  }
  SECTION("off") {
    with.ask(Mode::off, navigation());
    with.next.answer();
    CHECK(with.fake->hints.empty());
    CHECK(with.links().empty());
    CHECK(with.fake.response().notes.empty());
    CHECK(with.site.resolved == 0);
  }
}

TEST_CASE("a client that says no gets no 103 even for a slow page, and is told why") {
  struct Case {
    http::Request request;
    std::string expected;
  };
  http::Request pushed = navigation();
  pushed.pushed = true;
  http::Request head = navigation();
  head.method = "HEAD";
  const Case one = GENERATE_COPY(values<Case>({
      {get("/"), "link: not a navigation; no push: client refuses push"},
      {navigation({{"sec-fetch-dest", "iframe"}}),
       "link: not a top-level document; no push: client refuses push"},
      {navigation({{"no-early-hints", "1"}}),
       "link: client wants no early hints; no push: client refuses push"},
      {navigation({{"sec-purpose", "prefetch"}}), "link: prefetch; no push: prefetch"},
      {head, "link: not GET; no push: not GET"},
      {pushed, "link: pushed request; no push: pushed request"},
  }));
  CAPTURE(one.expected);
  Hinting with;
  with.next.slow = true;
  with.ask(Mode::automatic, one.request);
  CHECK(with.fake->hints.empty());
  with.next.answer();
  CHECK(with.links() == both);
  CHECK(with.note("hints") == one.expected);
}

TEST_CASE(
    "a conditional request counts as warm: no push and no 103, but links if the page is new") {
  Hinting with;
  with.fake->push_outcome = http::Push::promised;
  with.next.slow = true;
  with.next.status = GENERATE(200, 304);
  with.ask(Mode::automatic, navigation({{"if-none-match", "\"1\""}}));
  CHECK(with.fake->pushes.empty());
  CHECK(with.fake->hints.empty());
  with.next.answer();
  CHECK(with.links().empty() == (with.next.status == 304));
  CHECK(with.note("hints") == (with.next.status == 304
                                   ? "none: answer is not the page"
                                   : "link: conditional request; no push: conditional request"));
}

TEST_CASE("an answer that is not the page is left alone but for the log") {
  Hinting with;
  SECTION("an error") { with.next.status = 404; }
  SECTION("another type") { with.next.type = "application/json"; }
  with.ask(Mode::automatic, navigation());
  CHECK(with.links().empty());
  CHECK(with.fake.field("server-timing") == "(none)");
  CHECK(with.note("hints") == "none: answer is not the page");
}

TEST_CASE("assets and other methods pass untouched and cost no lookup") {
  Hinting with;
  http::Request post = navigation();
  post.method = "POST";
  SECTION("asset") { with.ask(Mode::automatic, get("/a.css")); }
  SECTION("POST") { with.ask(Mode::automatic, post); }
  CHECK(with.site.resolved == 0);
  CHECK(with.fake.answered());
  CHECK(with.fake.response().notes.empty());
}

TEST_CASE("links that the answer has already stay, and no name is in both of its parts") {
  Hinting with;
  with.next.prepared = std::make_shared<const http::Headers>(
      http::Headers{{"link", "</own>; rel=preconnect"}, {"etag", "\"1\""}});
  with.ask(Mode::automatic, navigation());
  CHECK(with.links().size() == 3);
  CHECK(with.fake.field("etag") == "\"1\"");
  CHECK(with.fake.response().prepared == nullptr);
}

TEST_CASE("headers prepared without links are shared, not copied") {
  Hinting with;
  with.next.prepared = std::make_shared<const http::Headers>(http::Headers{{"etag", "\"1\""}});
  with.ask(Mode::automatic, navigation());
  CHECK(with.fake.response().prepared == with.next.prepared);
  CHECK(with.links() == both);
}

TEST_CASE("a client that leaves while the page is made is told nothing more") {
  Hinting with;
  with.next.slow = true;
  with.next.on_handle = [&] { with.fake.leave(); };
  with.ask(Mode::automatic, navigation());
  CHECK(with.fake->hints.empty());
  with.next.answer();
  CHECK_FALSE(with.fake.answered());
}

TEST_CASE("a page dropped without an answer is still a 500, without a 103") {
  Hinting with;
  with.next.slow = true;
  with.ask(Mode::link, navigation());
  with.next.held = http::Exchange();
  CHECK(with.fake.status() == 500);
  CHECK(with.links().empty());
}

TEST_CASE("content can be collected through the hints") {
  class Collecting final : public http::Handler {
   public:
    void handle(const http::Request&, http::Exchange exchange) override {
      http::Exchange::collect(
          std::move(exchange), 10, [](http::Exchange back, std::string content) {
            back.respond(http::text_response(200, "text/html", std::move(content)));
          });
    }
  };
  Hinting with;
  Collecting next;
  with.fake->content = "body";
  HintingHandler(with.planner, next, {}).handle(navigation(), with.fake.exchange());
  CHECK(with.fake.read() == "body");
  CHECK(with.links() == both);
}

TEST_CASE_METHOD(Hinting, "a page that is exchanged while it is made has no links of the old one") {
  site.files["/index.html"].info.version = "\"v1\"";
  next.slow = true;
  const auto answer_with = [&](std::string_view tag) {
    ask(Mode::automatic, navigation());
    http::Response response = next.page();
    response.fields.add("etag", tag);
    next.held.respond(std::move(response));
  };
  SECTION("another page") {
    answer_with("\"v2\"");
    CHECK(links().empty());
    CHECK(note("hints").starts_with("early-hints"));
  }
  SECTION("the same, in a coding") {
    answer_with("\"v1-br\"");
    CHECK(links().size() == 2);
  }
  SECTION("of an app that has tags of its own") {
    answer_with("W/\"x\"");
    CHECK(links().size() == 2);
  }
}
