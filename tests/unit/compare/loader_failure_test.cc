// Pages that cannot be loaded: one sentence each.
#include "tests/unit/compare/loader_world.h"

namespace lab {
namespace {

std::string failure_of(Answer page, const Loader::Visit& visit = {.target = "/page"}) {
  World world(Served{{"/page", std::move(page)}});
  const PageLoad load = world.load(visit);
  CHECK_FALSE(load.render_ready);
  CHECK(load.resources.empty());
  return load.failure;
}

// Says the same to everybody once the handshake is done, and closes.
struct Parrot final : TlsPipe::User {
  std::string words;
  std::unique_ptr<TlsPipe> pipe;
  void secured() override {
    pipe->write(std::as_bytes(std::span(words)));
    pipe->close();
  }
  void received(std::span<const std::byte>) override {}
  void drained() override {}
  void closed(const std::string&) override {}
};

// Of a load from a server that says `words`.
std::string failure_at(const std::string& words) {
  World world(Served{});
  net::TicketKeys keys;
  const net::TlsContext server(*testing::test_identity().credentials, keys);
  Parrot parrot;
  parrot.words = words;
  testing::Cable cable(world.loop, 10ms, [&](std::unique_ptr<Transport> end) -> Transport::User& {
    parrot.pipe = std::make_unique<TlsPipe>(server, parrot);
    parrot.pipe->join(std::move(end));
    return *parrot.pipe;
  });
  Loader loader(world.loop, cable, world.tls, world.texts,
                {.host = "app.test", .authority = {}, .limits = {}});
  std::optional<PageLoad> result;
  loader.load({}, world.store, [&](PageLoad load) { result = std::move(load); });
  for (int i = 0; i < 100; ++i) world.loop.advance(1ms);
  REQUIRE(result);
  return result->failure;
}

}  // namespace

TEST_CASE("a page that is not there, moved, refused or no page is told as that") {
  CHECK(failure_of({}, {.target = "/none"}) == "there is no page /none (404)");
  Answer moved{"", "text/html", 301};
  moved.fields = {{"location", "/there/"}};
  CHECK(failure_of(moved) == "/page redirects to /there/: give that page");
  CHECK(failure_of({"", "text/html", 503}) ==
        "the server answered /page with 503 Service Unavailable");
  CHECK(failure_of({"{}", "application/json"}) == "/page is no page: it is application/json");
  Answer coded{"no such thing as gzip"};
  coded.fields = {{"content-encoding", "compress"}};
  CHECK(failure_of(coded) == "/page has a content coding that was not asked for: compress");
  coded.fields = {{"content-encoding", "gzip"}};
  CHECK(failure_of(coded) == "the content of /page cannot be decoded");
}

TEST_CASE("a server that resets the page's stream is named") {
  Answer page{"<p>x"};
  page.breaks = true;
  CHECK(failure_of(page) == "the server reset the stream of /page (INTERNAL_ERROR)");
}

TEST_CASE("content without an end is given up at a bound") {
  Answer page{""};
  page.endless = true;
  CHECK(failure_of(page) == "/page is longer than any page: given up");
  World world(Served{{"/", {"<script src=endless.js></script>"}}, {"/endless.js", script()}});
  world.answers["/endless.js"].endless = true;
  CHECK(world.load().failure == "/endless.js is longer than 64 MB: given up");
}

TEST_CASE("a page that does not come in time is given up, and says what was missing") {
  World world(Served{{"/", {"<script src=late.js></script>"}}, {"/late.js", script()}});
  world.answers["/late.js"].think = 61s;
  CHECK(world.load().failure ==
        "the page had not loaded after 60 s: /late.js was still on its way");
}

TEST_CASE("a push or a hint in vain that never ends does not spoil the load") {
  World world(Served{{"/", {"<p>x"}}, {"/late.js", script()}});
  world.answers["/late.js"].think = 61s;
  world.answers["/"].hints = {"</late.js>; rel=preload; as=script"};
  const PageLoad load = world.good_load();
  CHECK(load.load == 60);
}

TEST_CASE("a connection that ends before the page is there is told as that") {
  World world(Served{{"/", {"<p>x"}}});
  world.answers["/"].think = 100ms;
  std::optional<PageLoad> result;
  world.loader.load({}, world.store, [&](PageLoad load) { result = std::move(load); });
  for (int i = 0; i < 100; ++i) world.loop.advance(1ms);
  world.cable.cut("the connection was reset");
  for (int i = 0; i < 100; ++i) world.loop.advance(1ms);
  REQUIRE(result);
  CHECK(result->failure == "the connection was reset");
}

TEST_CASE("a server that ends the connection is quoted") {
  const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
  const std::string goaway("\0\0\x8\7\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  CHECK(failure_at(settings + goaway + '\0') ==
        "the server ended the connection (GOAWAY, NO_ERROR) before the page had loaded");
  CHECK(failure_at(settings + goaway + '\xb') ==
        "the server ended the connection (GOAWAY, ENHANCE_YOUR_CALM) before the page had loaded");
}

TEST_CASE("a server that closes without a word is told as that") {
  CHECK(failure_at("") == "the server closed the connection before the page had loaded");
}

TEST_CASE("what is not HTTP/2 is told as that") {
  CHECK(failure_at("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n") ==
        "the server does not speak HTTP/2 as it should");
}

TEST_CASE("a certificate that is not trusted fails the load with the remedy") {
  World world(Served{{"/", {"<p>x"}}});
  const TlsClient strict({});
  Loader loader(world.loop, world.cable, strict, world.texts,
                {.host = "app.test", .authority = {}, .limits = {}});
  std::optional<PageLoad> result;
  loader.load({}, world.store, [&](PageLoad load) { result = std::move(load); });
  for (int i = 0; i < 100; ++i) world.loop.advance(1ms);
  REQUIRE(result);
  CHECK_THAT(result->failure, Catch::EndsWith("give its CA with --ca FILE, or --insecure"));
}

}  // namespace lab
