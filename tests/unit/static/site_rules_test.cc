#include "static/site_rules.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>

#include "static/handler.h"
#include "tests/support/fake_exchange.h"
#include "tests/unit/static/temporary_folder.h"

using namespace std::chrono_literals;
using testing::FakeExchange;
using testing::get;

namespace {

struct Ruled {
  Ruled() {
    root.write("index.html", "<h1>home</h1>");
    root.write("app.js", "app");
    root.write("docs/index.html", "docs");
    root.write("en/404.html", "lost");
  }
  FakeExchange ask(const http::Request& request) {
    if (!handler) {
      rules.emplace(loop, root.path(),
                    assets::SiteRules::Options{
                        {},
                        [](std::string_view link) { return link.starts_with("</planned"); },
                        [this](const std::string& sentence) { complaints.push_back(sentence); }});
      store.emplace(loop, root.path(), assets::AssetStore::Options());
      handler.emplace(*store, assets::FileHandler::Options{.rules = &*rules});
    }
    FakeExchange fake;
    handler->handle(request, fake.exchange());
    return fake;
  }
  FakeExchange ask(std::string target) { return ask(get(std::move(target))); }

  testing::TemporaryFolder root;
  net::Loop loop{net::Loop::Time::manual};
  std::vector<std::string> complaints;
  std::optional<assets::SiteRules> rules;
  std::optional<assets::AssetStore> store;
  std::optional<assets::FileHandler> handler;
};

}  // namespace

TEST_CASE_METHOD(Ruled, "the fields of _headers are on files, whole and not modified") {
  root.write("_headers",
             "/*\n  X-Frame-Options: DENY\n  Vary: Origin\n/app.js\n  Cache-Control: max-age=5\n"
             "  Content-Encoding: x\n  Set-Cookie: a=1\n  Set-Cookie: b=2\n");
  auto script = ask("/app.js");
  CHECK(script.field("x-frame-options") == "DENY");
  CHECK(script.field("cache-control") == "max-age=5");
  CHECK(script.field("content-encoding") == "(none)");
  CHECK(script.response().prepared->joined("set-cookie") == "a=1, b=2");
  CHECK(script.read() == "app");
  auto again = ask(get("/app.js", {{"if-none-match", script.field("etag")}}));
  CHECK(again.status() == 304);
  CHECK(again.field("x-frame-options") == "DENY");
  CHECK(ask("/").field("cache-control") == "no-cache");
  CHECK(ask("//app.js").field("x-frame-options") == "DENY");
  CHECK(complaints.size() == 1);  // of content-encoding
}

TEST_CASE_METHOD(Ruled, "the fields of _headers are on parts of a file, one or several") {
  root.write("_headers", "/app.js\n  X-Frame-Options: DENY\n  Content-Type: text/x-own\n");
  for (const auto* range : {"bytes=0-0", "bytes=0-0,-1"}) {
    auto part = ask(get("/app.js", {{"range", range}}));
    CHECK(part.status() == 206);
    CHECK(part.field("x-frame-options") == "DENY");
  }
  auto several = ask(get("/app.js", {{"range", "bytes=0-0,-1"}}));
  CHECK(several.field("content-type").starts_with("multipart/byteranges"));
  CHECK(several.read().find("content-type: text/x-own\r\n") != std::string::npos);
}

TEST_CASE_METHOD(Ruled, "answers are dressed once and shared") {
  root.write("_headers", "/*\n  X-A: 1\n");
  const auto first = ask("/app.js").response().prepared;
  CHECK(ask("/app.js").response().prepared == first);
  CHECK(ask("/app.js?x").response().prepared == first);
}

TEST_CASE_METHOD(Ruled, "what is ours can be taken away, and what varies stays") {
  root.write("app.css", std::string(2000, 'a'));
  root.write("_headers", "/app.css\n  ! Cache-Control\n  Vary: Origin\n");
  auto style = ask("/app.css");
  CHECK(style.field("cache-control") == "(none)");
  CHECK(style.field("vary") == "accept-encoding, Origin");
}

TEST_CASE_METHOD(Ruled, "a link that is planned is not on the page, but on others it is") {
  root.write("_headers", "/*\n  Link: </planned.css>; rel=preload, </x>; rel=canonical\n");
  CHECK(ask("/").response().prepared->joined("link") == "</x>; rel=canonical");
  CHECK(ask("/app.js").response().prepared->joined("link") ==
        "</planned.css>; rel=preload, </x>; rel=canonical");
  CHECK(rules->links("/docs/").size() == 2);
}

TEST_CASE_METHOD(Ruled, "a link of a host's own rule is on its pages, as no plan has it") {
  root.write("_headers",
             "https://app.test/*\n  Link: </planned-here.css>; rel=preload\n"
             "/*\n  Link: </planned.css>; rel=preload\n");
  CHECK(ask("/").response().prepared->joined("link") == "</planned-here.css>; rel=preload");
  http::Request elsewhere = get("/");
  elsewhere.authority = "other.test";
  CHECK_FALSE(ask(elsewhere).response().prepared->has("link"));
}

TEST_CASE_METHOD(Ruled, "rules that change are read again") {
  CHECK(ask("/app.js").field("x-a") == "(none)");
  const std::string none = rules->version();
  root.write("_headers", "/*\n  X-A: 1\n");
  root.write("_redirects", "/gone /app.js 302\n");
  CHECK(ask("/app.js").field("x-a") == "(none)");
  loop.advance(1s);
  CHECK(ask("/app.js").field("x-a") == "1");
  CHECK(rules->version() != none);
  CHECK(ask("/gone").status() == 302);
  root.write("_headers", "/*\n  X-A: 2\n");
  std::filesystem::remove(root / "_redirects");
  loop.advance(1s);
  CHECK(ask("/app.js").field("x-a") == "2");
  CHECK(ask("/gone").status() == 404);
}

TEST_CASE_METHOD(Ruled,
                 "rules that cannot be read just now stay as they were, and are read later") {
  root.write("_headers", "/*\n  X-A: 1\n");
  CHECK(ask("/").field("x-a") == "1");
  root.write("_headers", "/*\n  X-A: another\n");
  loop.advance(2s);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const std::string kept = ask("/").field("x-a");
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(kept == "1");
  loop.advance(2s);
  CHECK(ask("/").field("x-a") == "another");
}

TEST_CASE_METHOD(Ruled, "the files of rules are never served") {
  root.write("_headers", "/*\n  X-A: 1\n");
  root.write("_redirects", "/x /y\n");
  root.write("docs/_headers", "a file like any other");
  for (const auto* path : {"/_headers", "/_redirects", "/%5Fheaders", "//_headers", "/_headers/"}) {
    INFO(path);
    CHECK(ask(path).status() == 404);
  }
  CHECK(ask("/docs/_headers").status() == 200);
}

TEST_CASE_METHOD(Ruled, "redirects, rewrites and pages for what is missing are answered") {
  root.write("_redirects",
             "/old /new 301\n/app.js /other 301\n/docs /forced 308!\n/alias /app.js 200\n"
             "/folder /docs 200\n/lost /nowhere 200\n/en/* /en/404.html 404\n");
  auto moved = ask("/old?x=1");
  CHECK(moved.status() == 301);
  CHECK(moved.field("location") == "/new?x=1");
  CHECK(ask("/app.js").read() == "app");
  CHECK(ask("/docs").field("location") == "/forced");
  CHECK(ask("/alias").read() == "app");
  CHECK(ask("/folder").read() == "docs");
  CHECK(ask("/lost").status() == 404);
  auto lost = ask("/en/gone");
  CHECK(lost.status() == 404);
  CHECK(lost.read() == "lost");
  http::Request post = get("/old");
  post.method = "POST";
  CHECK(ask(post).status() == 301);
  post.target = "/alias";
  CHECK(ask(post).status() == 405);
}

TEST_CASE_METHOD(Ruled, "a path that a redirect would make too long for a client is 414") {
  std::string often;
  for (int i = 0; i < 100; ++i) often += "/:splat";
  root.write("_redirects", "/a/* " + often + " 301\n");
  CHECK(ask("/a/b").status() == 301);
  CHECK(ask("/a/" + std::string(200, 'p')).status() == 414);
}

TEST_CASE_METHOD(Ruled, "a rule reaches no file that is hidden, nor outside") {
  root.write(".secret", "x");
  root.write("_headers", "/*\n  X-A: 1\n");
  root.write("_redirects", "/a/* /:splat 200\n/b /.secret 200\n/c /../etc/passwd 200\n");
  for (const auto* path : {"/a/_headers", "/a/.secret", "/b", "/c", "/a/..%2f.secret"}) {
    INFO(path);
    const int status = ask(path).status();
    CHECK((status == 404 || status == 400));
  }
}
