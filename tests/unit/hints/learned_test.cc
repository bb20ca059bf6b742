// What is learned from an app server's answers, from the answer to the plan.
#include <brotli/encode.h>
#include <zlib.h>

#include <catch2/catch.hpp>
#include <deque>

#include "hints/app_site.h"
#include "hints/bounded.h"
#include "hints/content_coding.h"
#include "hints/learned_source.h"
#include "hints/learning.h"
#include "hints/planner.h"
#include "tests/support/fake_exchange.h"
#include "tests/unit/hints/fake_site.h"

using namespace hints;
using namespace std::chrono_literals;
using testing::FakeExchange;

namespace {

// Answers by path, as an app server would.
struct App final : http::Handler {
  struct Page {
    int status = 200;
    http::Headers fields;
    std::string text;
    std::vector<http::Headers> hints = {};
  };
  std::map<std::string, Page> pages;

  void handle(const http::Request& request, http::Exchange exchange) override {
    const auto found = pages.find(std::string(request.path()));
    if (found == pages.end()) return exchange.respond(http::text_response(404, "text/plain", "?"));
    for (const http::Headers& fields : found->second.hints) exchange.hint(fields);
    http::Response response;
    response.status = found->second.status;
    response.fields = found->second.fields;
    response.body = http::text_body(found->second.text);
    exchange.respond(std::move(response));
  }
};

struct World {
  net::Loop loop{net::Loop::Time::manual};
  testing::FakeSite files;
  App app;
  LearnedSource::Options options;
  Deployment deployment;
  std::optional<LearnedSource> learned;
  std::optional<LearningHandler> learning;
  std::optional<AppSite> site;
  std::optional<Planner> planner;

  void make() {
    if (learned) return;
    learned.emplace(loop, deployment, options);
    learning.emplace(*learned, app);
    site.emplace(files, *learned);
    planner.emplace(*site, loop, Planner::Options{});
  }
  void page(const std::string& path, std::string html, http::Headers more = {}) {
    App::Page& page = app.pages[path] = {200, {{"content-type", "text/html"}}, std::move(html)};
    page.fields.append(more);
  }
  void asset(const std::string& path, std::string text = "x",
             std::string_view cache = "max-age=3600") {
    const bool css = path.ends_with(".css");
    app.pages[path] = {
        200,
        {{"content-type", css ? "text/css" : "text/javascript"}, {"cache-control", cache}},
        std::move(text)};
  }
  // A visitor asks; what came is what the app said.
  void visit(const std::string& path, http::Headers fields = {}) {
    make();
    FakeExchange fake;
    http::Request request = testing::get(path);
    request.fields = std::move(fields);
    learning->handle(request, fake.exchange());
    REQUIRE(fake.answered());
    const auto known = app.pages.find(path);
    if (known != app.pages.end()) CHECK(fake.read() == known->second.text);
  }
  // Likewise, but the client has yet to read the text.
  std::unique_ptr<FakeExchange> ask(const std::string& path) {
    make();
    auto fake = std::make_unique<FakeExchange>();
    learning->handle(testing::get(path), fake->exchange());
    REQUIRE(fake->answered());
    return fake;
  }
  // "/a.css /b.js|/c.css: missing"; "none": there is no plan.
  std::string plan(std::string_view path) {
    make();
    loop.advance(1s);
    const auto plan = planner->plan(path);
    return plan ? plan->hinted_targets + "|" + plan->withheld_targets : "none";
  }
};

std::string gzipped(const std::string& text) {
  std::string out(compressBound(text.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE_METHOD(World, "a page is learned by its first visit, with the assets that it fetched") {
  page("/shop", "<link rel=stylesheet href=/a.css><script src=/b.js></script>");
  asset("/a.css");
  asset("/b.js");
  CHECK(plan("/shop") == "none");
  visit("/shop");
  CHECK(plan("/shop") == "|/a.css: not seen yet; /b.js: not seen yet");
  visit("/a.css");
  visit("/b.js");
  CHECK(plan("/shop") == "/a.css /b.js|");
  CHECK(plan("/other") == "none");
}

TEST_CASE_METHOD(World, "fonts of the app's own stylesheets are found") {
  page("/", "<link rel=stylesheet href=/a.css>");
  asset("/a.css", "@font-face{font-family:f;src:url(/f.woff2) format('woff2')}body{font-family:f}");
  app.pages["/f.woff2"] = {
      200, {{"content-type", "font/woff2"}, {"cache-control", "max-age=60"}}, "font"};
  for (const char* path : {"/", "/a.css", "/f.woff2"}) visit(path);
  CHECK(plan("/") == "/a.css /f.woff2|");
}

TEST_CASE_METHOD(World, "files of the site need not be seen before they are told of") {
  files.put("/a.css");
  page("/shop", "<link rel=stylesheet href=/a.css>");
  visit("/shop");
  CHECK(plan("/shop") == "/a.css|");
}

TEST_CASE_METHOD(World,
                 "Link fields of the app and of its own 103 are believed before all is seen") {
  page("/shop", "<link rel=stylesheet href=/a.css>",
       {{"link", "</b.js>; rel=preload; as=script, </c.js>; rel=preload; as=script"}});
  app.pages["/shop"].hints = {{{"link", "</a.css>; rel=preload; as=style"}}, {}};
  visit("/shop");
  CHECK(plan("/shop") == "/a.css /b.js /c.js|");
  // What turns out not to be there is not told of again.
  visit("/b.js");
  CHECK(plan("/shop") == "/a.css /c.js|/b.js: missing");
  asset("/c.js", "x", "no-store");
  visit("/c.js");
  CHECK(plan("/shop") == "/a.css|/b.js: missing; /c.js: no-store");
}

TEST_CASE_METHOD(World, "redirects within this origin teach, those to another and errors do not") {
  const http::Headers link{{"link", "</a.css>; rel=preload; as=style"}};
  app.pages["/old"] = {302, {{"location", "/new"}}, ""};
  app.pages["/away"] = {302, {{"location", "https://other.test/"}}, ""};
  app.pages["/broken"] = {500, {{"content-type", "text/html"}}, ""};
  for (const char* path : {"/old", "/away", "/broken"}) {
    app.pages[path].fields.append(link);
    visit(path);
  }
  CHECK(plan("/old") == "/a.css|");
  CHECK(plan("/away") == "none");
  CHECK(plan("/broken") == "none");
}

TEST_CASE_METHOD(World, "what only one visitor may see is not learned") {
  page("/account", "<script src=/secret.js></script>");
  visit("/account", {{"authorization", "Bearer x"}});
  CHECK(plan("/account") == "none");
  app.pages["/account"].fields.add("cache-control", "private, no-cache");
  visit("/account", {{"cookie", "session=1"}});
  CHECK(plan("/account") == "none");
  visit("/account");  // anybody
  CHECK(plan("/account") == "|/secret.js: not seen yet");
}

TEST_CASE_METHOD(World, "pages of one route stand for each other once two were alike") {
  const std::string html = "<link rel=stylesheet href=/a.css><h1>";
  asset("/a.css");
  visit("/a.css");
  page("/orders/17", html + "17");
  page("/orders/18", html + "18");
  visit("/orders/17");
  CHECK(plan("/orders/17") == "/a.css|");
  CHECK(plan("/orders/19") == "none");
  visit("/orders/18");
  CHECK(plan("/orders/19") == "/a.css|");
  // Unlike ones speak for themselves.
  page("/orders/20", "<link rel=stylesheet href=/other.css>");
  visit("/orders/20");
  CHECK(plan("/orders/19") == "none");
}

TEST_CASE_METHOD(World, "pages of a route that send the same Links stand for each other as well") {
  const http::Headers links{{"link", "</b.js>; rel=preload; as=script"}};
  files.put("/a.css");
  page("/orders/17", "<link rel=stylesheet href=/a.css>17", links);
  page("/orders/18", "<link rel=stylesheet href=/a.css>18", links);
  visit("/orders/17");
  CHECK(plan("/orders/17") == "/a.css /b.js|");
  CHECK(plan("/orders/19") == "none");
  visit("/orders/18");
  CHECK(plan("/orders/17") == "/a.css /b.js|");
  CHECK(plan("/orders/19") == "/a.css /b.js|");
}

TEST_CASE_METHOD(World, "a page whose Links are its own does not stand for others of its route") {
  const std::string html = "<link rel=stylesheet href=/a.css>";
  files.put("/a.css");
  page("/orders/17", html, {{"link", "</img/17.png>; rel=preload; as=image"}});
  page("/orders/18", html);
  visit("/orders/17");
  visit("/orders/18");
  CHECK(plan("/orders/18") == "/a.css|");
  CHECK(plan("/orders/19") == "none");
  visit("/orders/17");
  CHECK(plan("/orders/17") == "/a.css /img/17.png|");
  CHECK(plan("/orders/19") == "none");
  // Two that have none are alike.
  visit("/orders/18");
  page("/orders/20", html);
  visit("/orders/20");
  CHECK(plan("/orders/19") == "/a.css|");
}

TEST_CASE_METHOD(World,
                 "Links without a text that is read are shared once two pages sent the same") {
  const http::Headers links{{"link", "</a.css>; rel=preload; as=style"}};
  options.text_bytes = 10;
  page("/orders/17", "much too long", links);
  page("/orders/18", "longer than that", links);
  visit("/orders/17");
  CHECK(plan("/orders/17") == "/a.css|");
  CHECK(plan("/orders/19") == "none");
  visit("/orders/18");
  CHECK(plan("/orders/19") == "/a.css|");
}

TEST_CASE_METHOD(World,
                 "a relative Link that pages of several directories share is each one's own") {
  const http::Headers links{{"link", "<a.css>; rel=preload; as=style"}};
  options.text_bytes = 10;
  for (const char* path : {"/shops/17/", "/shops/18/"}) page(path, "much too long", links);
  visit("/shops/17/");
  CHECK(plan("/shops/17/") == "/shops/17/a.css|");
  visit("/shops/18/");
  CHECK(plan("/shops/18/") == "/shops/18/a.css|");
  CHECK(plan("/shops/17/") == "/shops/17/a.css|");
}

TEST_CASE_METHOD(World, "a text that comes late goes with the Links of its own answer") {
  files.put("/a.css");
  files.put("/b.css");
  page("/orders/17", "<link rel=stylesheet href=/a.css>",
       {{"link", "</17.js>; rel=preload; as=script"}});
  page("/orders/18", "<link rel=stylesheet href=/b.css>",
       {{"link", "</18.js>; rel=preload; as=script"}});
  const auto late = ask("/orders/17");
  visit("/orders/18");
  CHECK(plan("/orders/18") == "/b.css /18.js|");
  late->read();
  CHECK(plan("/orders/17") == "/a.css /17.js|");
  CHECK(plan("/orders/19") == "none");
}

TEST_CASE_METHOD(World, "of answers that overlap, alike ones are shared and others are not") {
  const http::Headers links{{"link", "</b.js>; rel=preload; as=script"}};
  files.put("/a.css");
  page("/orders/17", "<link rel=stylesheet href=/a.css>", links);
  page("/orders/18", "<link rel=stylesheet href=/a.css>", links);
  page("/orders/20", "no styles", links);
  const auto first = ask("/orders/17");
  const auto second = ask("/orders/18");
  first->read();
  CHECK(plan("/orders/17") == "/a.css /b.js|");
  CHECK(plan("/orders/19") == "none");
  second->read();
  CHECK(plan("/orders/19") == "/a.css /b.js|");
  visit("/orders/20");
  CHECK(plan("/orders/20") == "/b.js|");
  CHECK(plan("/orders/19") == "none");
}

TEST_CASE_METHOD(World, "words that change do not make another page, and its plan stays") {
  asset("/a.css");
  visit("/a.css");
  page("/", "<link rel=stylesheet href=/a.css>10:01");
  visit("/");
  CHECK(plan("/") == "/a.css|");
  const auto before = planner->plan("/");
  page("/", "<link rel=stylesheet href=/a.css>10:02");
  visit("/");
  CHECK(planner->plan("/") == before);
}

TEST_CASE_METHOD(World, "a page that has changed has the assets of its new text") {
  asset("/a.css");
  asset("/b.css");
  visit("/a.css");
  visit("/b.css");
  page("/", "<link rel=stylesheet href=/a.css>");
  visit("/");
  CHECK(plan("/") == "/a.css|");
  page("/", "<link rel=stylesheet href=/b.css> ");
  visit("/");
  CHECK(plan("/") == "/b.css|");
}

TEST_CASE_METHOD(World, "a page that ranks an asset otherwise has another plan") {
  files.put("/a.js");
  page("/", "<script src=/a.js></script>");
  visit("/");
  CHECK(plan("/") == "/a.js|");
  page("/", "<script src=/a.js fetchpriority=low></script>");
  visit("/");
  CHECK(plan("/") == "/a.js|");
  CHECK(planner->plan("/")->items[0].fetch_priority == "low");
}

TEST_CASE_METHOD(World,
                 "a new build seen on one page silences all others until they are seen again") {
  for (const char* file : {"/app-1f3a9c2b.js", "/app-77e0d1aa.js", "/p.css"}) {
    asset(file);
    visit(file);
  }
  page("/", "<script src=/app-1f3a9c2b.js></script>");
  page("/shop", "<script src=/app-1f3a9c2b.js></script><link rel=stylesheet href=/p.css>");
  visit("/");
  visit("/shop");
  CHECK(plan("/shop") == "/app-1f3a9c2b.js /p.css|");
  page("/", "<script src=/app-77e0d1aa.js></script> ");
  visit("/");
  CHECK(plan("/") == "/app-77e0d1aa.js|");
  CHECK(plan("/shop") == "none");
}

TEST_CASE_METHOD(World, "a new manifest, and an app that failed, are another build") {
  files.put("/a.css");
  files.hide("/.vite/manifest.json", "{}");
  page("/", "<link rel=stylesheet href=/a.css>");
  visit("/");
  CHECK(plan("/") == "/a.css|");
  files.hide("/.vite/manifest.json", "{ }");
  CHECK(plan("/") == "none");
  visit("/");
  CHECK(plan("/") == "/a.css|");
  deployment.changed();
  CHECK(plan("/") == "none");
}

TEST_CASE_METHOD(World, "a new build that one worker sees silences the others") {
  files.put("/a.css");
  files.hide("/.vite/manifest.json", "{}");
  page("/", "<link rel=stylesheet href=/a.css>");
  visit("/");
  CHECK(plan("/") == "/a.css|");
  LearnedSource other(loop, deployment, options);
  other.manifest_is("before");
  const unsigned before = deployment.number();
  other.manifest_is("after");
  CHECK(plan("/") == "none");
  CHECK(deployment.number() == before + 1);
  // Each worker finds out by itself, and that makes no further build of it.
  LearnedSource third(loop, deployment, options);
  third.manifest_is("after");
  CHECK(deployment.number() == before + 1);
}

TEST_CASE_METHOD(World,
                 "a script, style or font that is gone shows a new build, an image does not") {
  for (const char* file : {"/a.css", "/b.js"}) {
    asset(file);
    visit(file);
  }
  app.pages["/cat.png"] = {200, {{"content-type", "image/png"}}, "cat"};
  visit("/cat.png");
  page("/", "<link rel=stylesheet href=/a.css><script src=/b.js></script>");
  visit("/");
  CHECK(plan("/") == "/a.css /b.js|");
  app.pages.erase("/cat.png");
  visit("/cat.png");
  visit("/never.css");
  CHECK(plan("/") == "/a.css /b.js|");
  app.pages.erase("/b.js");
  visit("/b.js?of=mine");
  CHECK(plan("/") == "/a.css /b.js|");
  visit("/b.js");
  CHECK(plan("/") == "none");
}

TEST_CASE_METHOD(World, "a field that names the build is believed on any answer") {
  options.build_field = "x-build";
  files.put("/a.css");
  page("/", "<link rel=stylesheet href=/a.css>", {{"x-build", "1"}});
  app.pages["/api/orders"] = {200, {{"content-type", "text/json"}, {"x-build", "1"}}, "{}"};
  visit("/");
  visit("/api/orders");
  CHECK(plan("/") == "/a.css|");
  app.pages["/api/orders"].fields.set("x-build", "2");
  visit("/api/orders");
  CHECK(plan("/") == "none");
  // The page itself may be the first to say so, and is learned at once.
  app.pages["/"].fields.set("x-build", "3");
  visit("/");
  CHECK(plan("/") == "/a.css|");
}

TEST_CASE_METHOD(World, "a page that was asked of the old build is not learned for the new one") {
  make();
  files.put("/a.css");
  page("/", "<link rel=stylesheet href=/a.css>");
  FakeExchange fake;
  learning->handle(testing::get("/"), fake.exchange());
  deployment.changed();
  fake.read();
  CHECK(plan("/") == "none");
  visit("/");
  CHECK(plan("/") == "/a.css|");
}

TEST_CASE_METHOD(World, "an asset that only one visitor may have is not told to others") {
  page("/", "<link rel=stylesheet href=/mine.css><script src=/b.js></script>");
  asset("/mine.css", "x", "private, max-age=3600");
  asset("/b.js");
  visit("/");
  visit("/mine.css", {{"cookie", "session=1"}});
  visit("/b.js", {{"authorization", "Bearer x"}});
  CHECK(plan("/") == "|/mine.css: not seen yet; /b.js: not seen yet");
  // What may be kept for all is for all (RFC 9111 section 3.5).
  asset("/b.js", "x", "public, max-age=3600");
  visit("/b.js", {{"authorization", "Bearer x"}});
  CHECK(plan("/") == "/b.js|/mine.css: not seen yet");
  visit("/mine.css");  // anybody
  CHECK(plan("/") == "/mine.css /b.js|");
  // It turns out to be one for each.
  visit("/mine.css", {{"cookie", "session=1"}});
  CHECK(plan("/") == "/b.js|/mine.css: not seen yet");
}

TEST_CASE_METHOD(World, "what was learned long ago is forgotten") {
  files.put("/a.css");
  page("/", "<link rel=stylesheet href=/a.css>");
  visit("/");
  loop.advance(23h);
  CHECK(plan("/") == "/a.css|");
  loop.advance(2h);
  CHECK(plan("/") == "none");
}

TEST_CASE_METHOD(World, "Links of long ago do not come back with a text that is the same as then") {
  files.put("/a.css");
  page("/", "<link rel=stylesheet href=/a.css>", {{"link", "</b.js>; rel=preload; as=script"}});
  visit("/");
  CHECK(plan("/") == "/a.css /b.js|");
  loop.advance(25h);
  page("/", "<link rel=stylesheet href=/a.css>");
  visit("/");
  CHECK(plan("/") == "/a.css|");
}

TEST_CASE_METHOD(World, "what is learned is bounded, however many pages there are") {
  options.pages = 100;
  options.assets = 50;
  options.page_bytes = 64 * 1024;
  options.asset_bytes = 16 * 1024;
  options.readings = 1'000'000;
  make();
  for (int i = 0; i < 2000; ++i) {
    const std::string name = "/" + std::string(1, static_cast<char>('a' + i % 26)) + "page" +
                             std::string(static_cast<std::size_t>(i % 90), 'x');
    page(name, "<script src=/b.js></script>" + std::string(2000, 'x'));
    asset("/s/" + std::to_string(i) + ".css", std::string(1000, ' '));
    visit(name);
    visit("/s/" + std::to_string(i) + ".css");
    REQUIRE(learned->bytes() <= 80 * 1024);
    REQUIRE(learned->pages() <= 100);
  }
}

TEST_CASE_METHOD(World, "a page that is too long is passed on and not read") {
  options.text_bytes = 1000;
  page("/", "<link rel=stylesheet href=/a.css>" + std::string(5000, 'x'));
  visit("/");
  CHECK(plan("/") == "none");
}

TEST_CASE_METHOD(World, "only so many pages are read in a second") {
  options.readings = 2;
  for (const char* path : {"/a", "/b", "/c"}) {
    page(path, "<link rel=stylesheet href=/x.css>");
    visit(path);
  }
  CHECK(learned->page("/b"));
  CHECK_FALSE(learned->page("/c"));
  loop.advance(1s);
  visit("/c");
  CHECK(learned->page("/c"));
}

TEST_CASE_METHOD(World, "a compressed page is read and passed on as it is") {
  files.put("/a.css");
  page("/", gzipped("<link rel=stylesheet href=/a.css>"), {{"content-encoding", "gzip"}});
  visit("/");
  CHECK(plan("/") == "/a.css|");
}

TEST_CASE_METHOD(World, "a file that comes to be where the app had a page wins") {
  files.put("/b.css");
  page("/new.html", "<link rel=stylesheet href=/a.css>",
       {{"link", "</a.css>; rel=preload; as=style"}});
  visit("/new.html");
  files.put("/new.html", "<link rel=stylesheet href=/b.css>");
  CHECK(plan("/new.html") == "/b.css|");
}

TEST_CASE_METHOD(World, "what programs ask for leaves no trace") {
  make();
  const std::size_t before = learned->bytes();
  for (const char* path : {"/api/orders", "/api/missing", "/events"}) {
    if (std::string_view(path) != "/api/missing") {
      app.pages[path] = {200, {{"content-type", "application/json"}}, "{}"};
    }
    visit(path);
  }
  CHECK(learned->bytes() == before);
}

TEST_CASE_METHOD(World, "HEAD, POST and ranges teach nothing") {
  make();
  page("/", "<link rel=stylesheet href=/a.css>");
  for (const char* method : {"HEAD", "POST"}) {
    FakeExchange fake;
    http::Request request = testing::get("/");
    request.method = method;
    learning->handle(request, fake.exchange());
    fake.read();
  }
  visit("/", {{"range", "bytes=0-"}});
  CHECK(learned->pages() == 0);
}

TEST_CASE_METHOD(World, "an answer that the client does not read to its end teaches nothing") {
  make();
  page("/", "<link rel=stylesheet href=/a.css>");
  FakeExchange fake;
  learning->handle(testing::get("/"), fake.exchange());
  std::array<std::byte, 5> some;
  fake.response().body->read(some, fake.waker);
  fake.response().body = nullptr;
  CHECK_FALSE(learned->page("/"));
}

TEST_CASE("new versions of a file are told from other files by their hash") {
  CHECK(names_new_build({"/a/app-1f3a9c2b.js"}, {"/a/app-77e0d1aa.js"}));
  CHECK(names_new_build({"/app.Bx2kQw9Z.css", "/same.js"}, {"/same.js", "/app.Qq1mNb7K.css"}));
  CHECK(names_new_build({"/app.js?v=1234567"}, {"/app.js?v=1234568"}));
  CHECK_FALSE(names_new_build({"/a.css"}, {"/b.css"}));
  CHECK_FALSE(names_new_build({"/app-1f3a9c2b.js"}, {"/app-1f3a9c2b.js", "/more-77e0d1aa.js"}));
  CHECK_FALSE(names_new_build({}, {"/app-1f3a9c2b.js"}));
}

TEST_CASE("what is compressed is read within a limit, and damage is no text") {
  const std::string text(5000, 'x');
  const std::string gzip = gzipped(text);
  CHECK(decoded(text, "", 5000) == text);
  CHECK_FALSE(decoded(text, "", 4999));
  CHECK(decoded(gzip, "GZIP", 5000) == text);
  CHECK_FALSE(decoded(gzip, "gzip", 4999));
  CHECK_FALSE(decoded(gzip.substr(0, gzip.size() / 2), "gzip", 5000));
  CHECK_FALSE(decoded(text, "gzip", 5000));
  CHECK_FALSE(decoded(text, "br", 5000));
  CHECK_FALSE(decoded(text, "zstd", 5000));
  CHECK_FALSE(decoded(text, "gzip, br", 5000));
  std::string brotli(6000, '\0');
  std::size_t size = brotli.size();
  BrotliEncoderCompress(5, 18, BROTLI_MODE_TEXT, text.size(),
                        reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                        reinterpret_cast<std::uint8_t*>(brotli.data()));
  brotli.resize(size);
  CHECK(decoded(brotli, "br", 5000) == text);
  CHECK_FALSE(decoded(brotli, "br", 4000));
}

TEST_CASE("of what is bounded the longest unused goes first") {
  Bounded<int> some({2, 100'000});
  some.put("a", 1, 0);
  some.put("b", 2, 0);
  CHECK(*some.find("a") == 1);
  some.put("c", 3, 0);
  CHECK(some.find("b") == nullptr);
  CHECK(*some.find("a") == 1);
  some.put("a", 4, 0);
  CHECK(*some.find("a") == 4);
  CHECK(some.size() == 2);
  some.put("huge", 5, 200'000);
  CHECK(some.find("huge") == nullptr);
}
