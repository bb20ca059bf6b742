// Loads of a running server, over sockets and in real time.
#include "compare/url_bench.h"

#include <catch2/catch.hpp>

#include "compare/remote_server.h"
#include "server/net/error.h"
#include "server/net/listener.h"
#include "server/server.h"
#include "tests/support/identity.h"

namespace lab {
namespace {

// A page with one style, told in every way; the server honours what a loader says it takes.
class Telling final : public server::App, private http::Handler {
 public:
  http::Handler& root() override { return *this; }
  void drain() override {}

 private:
  void handle(const http::Request& request, http::Exchange exchange) override {
    http::Response response = http::text_response(200, "text/css", "p{}");
    if (request.target == "/") {
      exchange.push("/a.css");
      const http::Headers links = {{"link", "</a.css>; rel=preload; as=style"}};
      if (!request.fields.has("no-early-hints")) exchange.hint(links);
      response = http::text_response(200, "text/html", "<link rel=stylesheet href=a.css><p>x");
      response.fields.append(links);
    }
    response.fields.add("server", "telling/1");
    response.fields.set("cache-control", "max-age=60");
    if (request.target == "/none") response.status = 404;
    exchange.respond(std::move(response));
  }
};

class Running {
 public:
  Running()
      : server_(options(),
                std::make_shared<net::Certificates>(testing::test_identity().credentials)) {
    server_.start(make, nullptr);
    url.host = "127.0.0.1";
    url.port = server_.endpoints().front().port;
  }
  Url url;

 private:
  static server::Options options() {
    server::Options options;
    options.listen = {{"127.0.0.1", 0}};
    return options;
  }
  static std::unique_ptr<server::App> make(std::size_t, net::Loop&) {
    return std::make_unique<Telling>();
  }
  server::Server server_;
};

UrlBench::Options trusting() {
  UrlBench::Options options;
  options.tls.ca_file = testing::test_identity().ca_file;
  return options;
}

Trial trial(Arm arm, Cache cache = Cache::cold) {
  Trial one;
  one.page = "/";
  one.arm = arm;
  one.conditions.round_trip = 20;
  one.conditions.cache = cache;
  return one;
}

std::string failure_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const net::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a URL is read as people write it") {
  const Url url = Url::parse("https://Example.com:8443/shop/?a=b#c");
  CHECK(url.host == "example.com");
  CHECK(url.port == 8443);
  CHECK(url.target == "/shop/?a=b");
  CHECK(url.authority() == "example.com:8443");
  CHECK(Url::parse("HTTPS://a.test").target == "/");
  CHECK(Url::parse("https://a.test").authority() == "a.test");
  CHECK(Url::parse("https://a.test?q").target == "/?q");
  CHECK(Url::parse("https://[::1]:1/").host == "::1");
  CHECK(Url::parse("https://[::1]:1/").authority() == "[::1]:1");
  CHECK(is_url("https://a.test"));
  CHECK_FALSE(is_url("./dist"));
}

TEST_CASE("what is no address of an HTTP/2 server is refused with the remedy") {
  CHECK(failure_of([] { Url::parse("http://a.test/"); }) ==
        "\"http://a.test/\" cannot be compared: HTTP/2 needs TLS here: give an address that begins "
        "with https://");
  CHECK_THAT(failure_of([] { Url::parse("https://a.test:0/"); }), Catch::Contains("1 to 65535"));
  CHECK_THAT(failure_of([] { Url::parse("https://:1/"); }), Catch::Contains("names no host"));
  CHECK_THAT(failure_of([] { Url::parse("https://me@a.test/"); }), Catch::Contains("user's name"));
}

TEST_CASE("a running server is named, with what it offers and the arms that this allows") {
  const Running running;
  UrlBench bench(running.url, trusting());
  bench.look_at("/");
  CHECK(bench.offer().server == "telling/1");
  CHECK(words_of(bench.offer()) == std::vector<std::string>{"link", "103 Early Hints", "push"});
  CHECK(arms_of(bench.offer()) == std::vector<Arm>(all_arms.begin(), all_arms.end()));
  CHECK(arms_of({}) == std::vector<Arm>{Arm::none});
}

TEST_CASE("each arm takes of a running server what it allows, through the link") {
  const Running running;
  UrlBench bench(running.url, trusting());
  for (const Arm arm : all_arms) {
    INFO(name_of(arm));
    const PageLoad load = bench.load(trial(arm));
    REQUIRE(load.failure == "");
    REQUIRE(load.resources.size() == 2);
    const Resource& style = load.resources.back();
    const bool pushed = arm == Arm::push || arm == Arm::push_early_hints;
    CHECK(style.promised.has_value() == pushed);
    CHECK((style.from == From::push) == pushed);
    CHECK(style.hinted.has_value() == (arm == Arm::early_hints || arm == Arm::push_early_hints));
    CHECK(load.early_hints.has_value() ==
          (arm == Arm::early_hints || arm == Arm::push_early_hints));
    // Two round trips of handshakes, one for the page, and one more unless the style came along.
    CHECK(*load.render_ready >= (pushed ? 60 : 80));
    CHECK(load.received > 1000);
  }
}

TEST_CASE("the cache and the connection are as a trial says, with a running server too") {
  const Running running;
  UrlBench bench(running.url, trusting());
  const PageLoad warm = bench.load(trial(Arm::none, Cache::warm));
  REQUIRE(warm.failure == "");
  CHECK(warm.resources.back().from == From::cache);
  Trial again = trial(Arm::none);
  again.conditions.connection = Connection::reused;
  const PageLoad reused = bench.load(again);
  REQUIRE(reused.failure == "");
  CHECK_FALSE(reused.connected);
}

TEST_CASE("a server that cannot be reached, or is not trusted, is told in a sentence") {
  Running running;
  UrlBench strict(running.url, {});
  CHECK_THAT(failure_of([&] { strict.look_at("/"); }), Catch::EndsWith("--ca FILE, or --insecure"));
  UrlBench bench(running.url, trusting());
  CHECK(failure_of([&] { bench.look_at("/none"); }) == "there is no page /none (404)");
  // A port that was free a moment ago.
  net::Bound taken = net::bind_and_listen({"127.0.0.1", 0}, 1);
  Url nobody = running.url;
  nobody.port = taken.endpoint.port;
  taken.fd.reset();
  UrlBench lonely(nobody, trusting());
  CHECK(failure_of([&] { lonely.look_at("/"); }) ==
        "the connection to " + nobody.authority() + " failed: Connection refused");
}

}  // namespace lab
