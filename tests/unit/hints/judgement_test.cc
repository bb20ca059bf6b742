// Judgement with simulated clients and manual time: whole visits through the hinting handler.
#include "hints/judgement.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "hints/handler.h"
#include "tests/support/fake_exchange.h"
#include "tests/unit/hints/fake_site.h"

using namespace hints;
using std::chrono::milliseconds;
using testing::FakeExchange;
using testing::FakeSite;
using testing::get;

namespace {

struct Gauge final : http::TransportGauge {
  http::Transport way;
  http::Transport transport() const override { return way; }
};

http::Peer client(std::uint64_t connection, const http::TransportGauge* gauge = nullptr) {
  http::Peer peer;
  peer.connection = connection;
  peer.gauge = gauge;
  return peer;
}

Planner::Options planning(PlanBuilder::Unknown unknown = PlanBuilder::Unknown::withhold) {
  Planner::Options options;
  options.build.unknown = unknown;
  options.build.configured = {
      {"/", {*configured_item("/used.js"), *configured_item("/unused.js")}}};
  return options;
}

// Pages that are answered when told to, everything else at once with as many bytes as the site
// says.
class App final : public http::Handler {
 public:
  explicit App(FakeSite& site) : site_(site) {}
  void handle(const http::Request& request, http::Exchange exchange) override {
    const auto asset = site_.files.find(std::string(request.path()));
    if (asset != site_.files.end()) {
      return exchange.respond(http::text_response(200, asset->second.info.media_type,
                                                  std::string(asset->second.info.bytes, 'x')));
    }
    held.push_back(std::move(exchange));
  }
  void answer(int status = 200) {
    for (http::Exchange& one : std::exchange(held, {})) {
      one.respond(http::text_response(status, "text/html", "page"));
    }
  }
  std::vector<http::Exchange> held;

 private:
  FakeSite& site_;
};

// A site of one page with what is configured for it, and a server that judges.
struct World {
  explicit World(Judgement::Options judging = {}, Mode mode = Mode::automatic)
      : planner(site, loop, planning()),
        judgement(loop, judging),
        handler(planner, app, {mode, &judgement}) {
    site.put_page("<link rel=stylesheet href=/page.css>");
    for (const char* path : {"/page.css", "/used.js", "/unused.js", "/image.png"}) {
      site.put(path);
      site.info(path).bytes = 10'000;
    }
  }
  FakeExchange ask(const http::Peer& peer, http::Request request) {
    request.peer = &peer;
    FakeExchange fake;
    fake->push_outcome = peer.gauge && peer.gauge->transport().takes_pushes ? http::Push::promised
                                                                            : http::Push::refused;
    handler.handle(request, fake.exchange());
    return fake;
  }

  net::Loop loop{net::Loop::Time::manual};
  FakeSite site;
  Planner planner;
  Judgement judgement;
  App app{site};
  HintingHandler handler;
};

http::Request navigation(std::string target = "/", std::initializer_list<http::Field> more = {}) {
  http::Request request =
      get(std::move(target), {{"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}});
  for (const http::Field& field : more) request.fields.set(field.name, field.value);
  return request;
}

std::set<std::string> targets(const http::Headers& fields) {
  std::set<std::string> all;
  for (const http::Field field : fields) {
    if (field.name != "link") continue;
    all.emplace(field.value.substr(1, field.value.find('>') - 1));
  }
  return all;
}

std::string hints_note(FakeExchange& fake) {
  for (const http::Note& note : fake.response().notes) {
    if (note.name == "hints") return note.value;
  }
  return "(none)";
}

// A client without a cache: takes what is pushed, fetches what it is told of at once, then what
// else the page needs.
struct Browser {
  World& world;
  const Gauge* gauge = nullptr;  // a client that takes pushes
  std::set<std::string> needs{"/page.css", "/used.js", "/image.png"};
  std::uint64_t connections = 0;
  std::uint64_t fetched = 0;  // bytes
  std::uint64_t wasted = 0;

  FakeExchange visit() {
    const http::Peer peer = client(++connections, gauge);
    FakeExchange fake = world.ask(peer, navigation());
    std::set<std::string> told;
    std::set<std::string> pushed(fake->pushes.begin(), fake->pushes.end());
    for (const std::string& target : pushed) {
      http::Request request = get(target);
      request.pushed = true;
      world.ask(peer, std::move(request)).read();
    }
    world.loop.advance(milliseconds(300));
    for (const http::Headers& fields : fake->hints) told.merge(targets(fields));
    world.app.answer();
    told.merge(targets(fake.response().fields));
    std::set<std::string> wanted = needs;
    wanted.insert(told.begin(), told.end());
    wanted.insert(pushed.begin(), pushed.end());
    for (const std::string& target : wanted) {
      if (!pushed.contains(target)) world.ask(peer, get(target));
      fetched += world.site.info(target).bytes;
      if (!needs.contains(target)) wasted += world.site.info(target).bytes;
    }
    world.loop.advance(std::chrono::seconds(30));
    return fake;
  }
};

}  // namespace

TEST_CASE("what a page does not need is found out within 20 visits, and hardly told of again") {
  World world;
  Browser browser{world};
  for (int i = 0; i < 20; ++i) browser.visit();
  CHECK(browser.wasted > 0);
  browser.fetched = browser.wasted = 0;
  for (int i = 0; i < 1000; ++i) browser.visit();
  CHECK(browser.wasted * 100 < browser.fetched * 2);
  FakeExchange last = browser.visit();
  CHECK(targets(last.response().fields) == std::set<std::string>{"/page.css", "/used.js"});
  CHECK(last.field("server-timing").find("/unused.js: not needed lately") != std::string::npos);
}

TEST_CASE("after 20 visits less than 2 % is wasted for good, told by hints or by pushes") {
  World world;
  Gauge takes;
  takes.way = {.takes_pushes = true, .connection_window = 1'000'000, .stream_window = 1'000'000};
  Browser browser{world};
  SECTION("by hints") {}
  SECTION("by pushes") { browser.gauge = &takes; }
  for (int i = 0; i < 20; ++i) browser.visit();
  const std::uint64_t at_first = browser.wasted;
  CHECK(at_first > 0);
  std::uint64_t fetched = 0;
  std::uint64_t wasted = 0;
  for (int hundred = 0; hundred < 30; ++hundred) {
    browser.fetched = browser.wasted = 0;
    for (int i = 0; i < 100; ++i) browser.visit();
    fetched += browser.fetched;
    wasted += browser.wasted;
    INFO("hundred " << hundred << ": " << browser.wasted << " of " << browser.fetched);
    REQUIRE(browser.wasted * 100 < browser.fetched * 2);
  }
  CHECK(wasted * 100 < fetched);
}

TEST_CASE("what a page needs is told of in nearly all visits") {
  World world;
  Browser browser{world};
  int untold = 0;
  for (int i = 0; i < 500; ++i) {
    FakeExchange fake = browser.visit();
    CHECK(targets(fake.response().fields).contains("/page.css"));
    if (!targets(fake.response().fields).contains("/used.js")) ++untold;
  }
  CHECK(untold > 3);
  CHECK(untold < 15);
}

TEST_CASE("an asset that was not needed comes back once clients ask for it") {
  World world;
  Browser browser{world};
  for (int i = 0; i < 30; ++i) browser.visit();
  browser.needs.insert("/unused.js");
  int visits = 0;
  while (!targets(browser.visit().response().fields).contains("/unused.js")) REQUIRE(++visits < 30);
}

TEST_CASE("clients that load nothing teach nothing") {
  World world;
  for (std::uint64_t i = 1; i <= 50; ++i) {
    const http::Peer peer = client(i);
    FakeExchange fake = world.ask(peer, get("/"));
    world.app.answer();
    CHECK(targets(fake.response().fields).size() >= 2);
    world.loop.advance(std::chrono::seconds(30));
  }
  const RouteHistory* route = world.judgement.history("/");
  REQUIRE(route);
  CHECK(route->visits == 50);
  CHECK(route->told == 0);
  CHECK(route->find("/used.js")->usage.untold().tries() == 0);
}

TEST_CASE(
    "before HTTP/2 a connection shows only a part of what a page needs, and teaches nothing") {
  World world;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const http::Peer peer = client(i);
    http::Request request = navigation();
    request.version = http::Version::http_1_1;
    FakeExchange fake = world.ask(peer, std::move(request));
    world.app.answer();
    CHECK(targets(fake.response().fields).size() == 3);
    world.ask(peer, get("/page.css"));
    world.loop.advance(std::chrono::seconds(30));
  }
  CHECK(world.judgement.history("/")->told == 0);
}

TEST_CASE("with feedback off nothing is ever left out") {
  World world({.feedback = Judgement::Feedback::off});
  Browser browser{world};
  for (int i = 0; i < 50; ++i) CHECK(targets(browser.visit().response().fields).size() == 3);
}

TEST_CASE("a page that comes within a quarter of the round trip is not preceded by a 103") {
  World world;
  Gauge gauge;
  gauge.way.round_trip = milliseconds(100);
  const http::Peer peer = client(1, &gauge);
  const auto visit = [&](milliseconds think) {
    FakeExchange fake = world.ask(peer, navigation());
    world.loop.advance(think);
    world.app.answer();
    return fake;
  };
  for (int i = 0; i < 4; ++i) CHECK(visit(milliseconds(10))->hints.size() == 1);
  FakeExchange quick = visit(milliseconds(10));
  CHECK(quick->hints.empty());
  CHECK(hints_note(quick).starts_with("link: the page comes too soon for a hint"));
  CHECK(quick.field("server-timing").find("too soon") != std::string::npos);

  SECTION("but is for a client that is nearer") {
    gauge.way.round_trip = milliseconds(20);
    CHECK(visit(milliseconds(10))->hints.size() == 1);
  }
  SECTION("and is again once the page gets slower") {
    for (int i = 0; i < 5; ++i) visit(milliseconds(80));
    CHECK(visit(milliseconds(80))->hints.size() == 1);
  }
  SECTION("unless early hints are wanted always") {
    HintingHandler always(world.planner, world.app, {Mode::early_hints, &world.judgement});
    FakeExchange fake;
    http::Request request = navigation();
    request.peer = &peer;
    always.handle(request, fake.exchange());
    CHECK(fake->hints.size() == 1);
  }
}

TEST_CASE("a route that does not answer with the page is not hinted until it does") {
  World world;
  const http::Peer peer = client(1);
  const auto visit = [&](int status) {
    FakeExchange fake = world.ask(peer, navigation());
    world.loop.advance(milliseconds(100));
    world.app.answer(status);
    return fake;
  };
  const int status = GENERATE(404, 302, 401, 500);
  visit(status);
  CHECK(visit(status)->hints.size() == 1);
  FakeExchange third = visit(status);
  CHECK(third->hints.empty());
  CHECK(hints_note(third) == "none: answer is not the page");
  visit(200);
  CHECK(visit(status)->hints.size() == 1);
}

TEST_CASE(
    "what is not known to be public is told only to whoever is like one who was shown the page") {
  World world;
  world.site.files.erase("/used.js");  // an app server's, for all that is known
  Planner planner(world.site, world.loop, planning(PlanBuilder::Unknown::trust));
  HintingHandler handler(planner, world.app, {Mode::automatic, &world.judgement});
  const http::Peer peer = client(1);
  const auto visit = [&](int status, std::initializer_list<http::Field> fields) {
    FakeExchange fake;
    fake->push_outcome = http::Push::refused;
    http::Request request = navigation("/", fields);
    request.peer = &peer;
    handler.handle(request, fake.exchange());
    world.app.answer(status);
    return fake;
  };
  const std::initializer_list<http::Field> member{{"cookie", "session=1"}};
  FakeExchange first = visit(200, member);
  CHECK(first->hints.empty());
  CHECK(hints_note(first).starts_with("link: such a client has not been shown the page yet"));
  CHECK(visit(200, member)->hints.size() == 1);
  CHECK(visit(401, {})->hints.empty());
  CHECK(visit(401, {})->hints.empty());
  CHECK(visit(200, member)->hints.size() == 1);
}

TEST_CASE("pushes stop where they would delay the page, the most urgent first") {
  World world;
  Gauge gauge;
  gauge.way = {.round_trip = milliseconds(50),
               .congestion_window = 14'600,
               .takes_pushes = true,
               .connection_window = 65'535,
               .stream_window = 65'535};
  const http::Peer peer = client(1, &gauge);
  FakeExchange fake = world.ask(peer, navigation());
  CHECK(fake->pushes == std::vector<std::string>{"/page.css"});
  world.app.answer();
  CHECK(hints_note(fake) == "push, early-hints; no more push: more would delay the page");
  CHECK(targets(fake.response().fields) == std::set<std::string>{"/used.js", "/unused.js"});

  SECTION("a page that thinks leaves room for more") {
    for (int i = 0; i < 4; ++i) {
      world.ask(peer, navigation());
      world.loop.advance(milliseconds(200));
      world.app.answer();
    }
    for (int i = 0; i < 12; ++i) {
      world.ask(peer, navigation());
      world.loop.advance(milliseconds(200));
      world.app.answer();
    }
    CHECK(world.ask(peer, navigation())->pushes.size() == 3);
  }
  SECTION("nothing is pushed while an event waits") {
    gauge.way.live_waiting = true;
    FakeExchange waiting = world.ask(peer, navigation());
    CHECK(waiting->pushes.empty());
    world.app.answer();
    CHECK(hints_note(waiting).ends_with("no push: an event waits"));
  }
}

TEST_CASE("an asset whose pushes are cancelled is told of by link, and pushed again on trial") {
  World world;
  Gauge gauge;
  gauge.way.takes_pushes = true;
  gauge.way.connection_window = 1'000'000;
  std::uint64_t connection = 0;
  std::uint64_t pushed = 0;
  const auto visit = [&](bool cancels) {
    const http::Peer peer = client(++connection, &gauge);
    FakeExchange page = world.ask(peer, navigation());
    for (const std::string& target : page->pushes) {
      http::Request request = get(target);
      request.pushed = true;
      FakeExchange push = world.ask(peer, std::move(request));
      std::byte piece[1000];
      pushed += push.response().body->read(piece, push.waker).bytes;
      if (!cancels) push.read();
      push.response().body = nullptr;
    }
    world.app.answer();
    world.loop.advance(std::chrono::seconds(30));
    return page->pushes;
  };
  const auto has_css = [](const std::vector<std::string>& pushes) {
    return std::ranges::find(pushes, "/page.css") != pushes.end();
  };
  for (int i = 0; i < 3; ++i) CHECK(has_css(visit(true)));
  int trials = 0;
  for (int i = 0; i < 100; ++i) trials += has_css(visit(true)) ? 1 : 0;
  CHECK(trials > 0);
  CHECK(trials < 4);
  CHECK(world.judgement.history("/")->wasted == pushed);
  int visits = 0;
  while (!has_css(visit(false))) REQUIRE(++visits < 200);
  for (int i = 0; i < 10; ++i) CHECK(has_css(visit(false)));
}

TEST_CASE("what is remembered is bounded") {
  World world({.routes = 10, .visits = {.most = 5}});
  world.site.single_page = true;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const http::Peer peer = client(i);
    world.ask(peer, navigation("/page/" + std::string(i % 26 + 1, 'a')));
    world.app.answer();
  }
  CHECK(world.judgement.routes().size() == 10);
  RouteHistory route("/");
  for (std::uint64_t i = 0; i < 500; ++i) {
    route.visits = i;
    route.asset("/" + std::to_string(i));
  }
  CHECK(route.assets.size() == RouteHistory::most_assets);
  CHECK(route.find("/499"));
  CHECK_FALSE(route.find("/0"));
}

TEST_CASE("a client is not pushed on a new connection what its cookie says it has") {
  World world;
  const net::Signer signer;
  HintingHandler handler(world.planner, world.app,
                         {.judgement = &world.judgement, .signer = &signer});
  std::uint64_t connection = 0;
  const auto visit = [&](const std::string& cookie) {
    const http::Peer peer = client(++connection);
    FakeExchange fake;
    http::Request request = navigation();
    if (!cookie.empty()) request.fields.add("cookie", cookie);
    request.peer = &peer;
    handler.handle(request, fake.exchange());
    world.app.answer();
    return fake;
  };
  FakeExchange first = visit("");
  CHECK(first->pushes.size() == 3);
  std::string cookie = first.field("set-cookie");
  cookie.resize(cookie.find(';'));
  FakeExchange second = visit(cookie);
  CHECK(second->pushes.empty());
  CHECK(second.field("set-cookie") == "(none)");
  CHECK(targets(second.response().fields).size() == 3);

  world.site.put("/page.css", "a new build");
  world.site.put_page("<link rel=stylesheet href=/page.css>");
  FakeExchange third = visit(cookie);
  CHECK(third->pushes == std::vector<std::string>{"/page.css"});
  CHECK(third.field("set-cookie") != "(none)");
}

TEST_CASE("each visit that a 103 could help is put into an arm, and the answer says which") {
  World world;
  FieldStudy study(*Experiment::parse("early-hints vs off"), 1);
  HintingHandler handler(world.planner, world.app, {.study = &study});
  int early = 0;
  for (int i = 0; i < 100; ++i) {
    FakeExchange fake;
    fake->push_outcome = http::Push::refused;
    handler.handle(navigation(), fake.exchange());
    world.app.answer();
    const bool hinted = fake->hints.size() == 1;
    early += hinted ? 1 : 0;
    CHECK(targets(fake.response().fields).empty() != hinted);
    CHECK(fake.field("server-timing")
              .ends_with(hinted ? "arm;desc=\"early-hints\"" : "arm;desc=\"off\""));
  }
  CHECK(early > 20);
  CHECK(early < 80);
  FakeExchange frame;
  handler.handle(navigation("/", {{"sec-fetch-dest", "iframe"}}), frame.exchange());
  world.app.answer();
  CHECK(frame.field("server-timing").find("arm") == std::string::npos);
}
