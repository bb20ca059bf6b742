#include "cli/status.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "cli/event_metrics.h"
#include "cli/status_page.h"
#include "cli/status_stream.h"
#include "tests/support/fake_exchange.h"

using testing::FakeExchange;
using testing::get;

namespace {

struct Shown {
  Shown() {
    peer.address = "127.0.0.1";
    hints::RouteReport route;
    route.name = "/caf\xe9";
    route.visits = 2;
    hints.put(0, {.routes = {route}, .field = {}});
  }
  void ask(http::Handler& handler, std::string target) {
    http::Request request = get(std::move(target));
    request.peer = &peer;
    handler.handle(request, fake.exchange());
  }

  http::Peer peer;
  bool failing = false;
  cli::HubTotals hubs{1};
  cli::HintTotals hints{1};
  cli::UpstreamTotals upstreams{1};
  cli::StatusHandler::Sources sources{[this]() -> server::Counters {
                                        if (failing) throw std::runtime_error("no counters");
                                        return {};
                                      },
                                      hubs, hints, upstreams, std::chrono::steady_clock::now()};
  net::Loop loop{net::Loop::Time::manual};
  FakeExchange fake;
};

}  // namespace

TEST_CASE_METHOD(Shown, "a route whose path is not UTF-8 is shown among the counters") {
  cli::StatusHandler handler(sources);
  ask(handler, "/.herald/status");
  const auto status = nlohmann::json::parse(fake.read());
  REQUIRE(status["routes"].size() == 1);
  CHECK(status["routes"][0]["route"] == "/caf\uFFFD");
  CHECK(status["routes"][0]["visits"] == 2);
}

TEST_CASE("what readers have not taken yet is of all workers, and the history of one") {
  cli::HubTotals hubs(2);
  sse::Hub::Counters one;
  one.poll_bytes = 10;
  one.page_bytes = 100;
  one.history_bytes = 7;
  hubs.put(0, one);
  one.history_bytes = 9;
  hubs.put(1, one);
  const auto families = cli::event_families(hubs.sum());
  const auto value = [&](const std::string& name) {
    for (const auto& family : families) {
      if (family.name == name) return family.metric.at(0).gauge.value;
    }
    return -1.0;
  };
  CHECK(value("herald_poll_bytes") == 20);
  CHECK(value("herald_page_bytes") == 200);
  CHECK(value("herald_history_bytes") == 9);
}

TEST_CASE_METHOD(Shown, "the stream of counters goes on, block by block") {
  cli::StatusStream stream(loop, sources);
  ask(stream, "/.herald/live");
  for (int block = 0; block < 3; ++block) {
    const std::string text = fake.read();
    REQUIRE(text.starts_with("data: {"));
    CHECK(text.ends_with("}\n\n"));
    CHECK(text.find("/caf\uFFFD") != text.npos);
    CHECK(fake.read().empty());
    loop.advance(std::chrono::seconds(2));
    CHECK(fake.waker.wakes == block + 1);
  }
}

TEST_CASE_METHOD(
    Shown, "a stream of counters that cannot be made fails where it is read, not in silence") {
  cli::StatusStream stream(loop, sources);
  ask(stream, "/.herald/live");
  fake.read();
  failing = true;
  loop.advance(std::chrono::seconds(2));
  CHECK(fake.waker.wakes == 1);
  CHECK_THROWS(fake.read());
}

TEST_CASE_METHOD(Shown, "the status page brings its own rules, its style and its script") {
  cli::StatusPage page;
  ask(page, "/.herald/");
  const std::string rules = fake.field("content-security-policy");
  CHECK(rules.starts_with("default-src 'none'; "));
  CHECK(rules.find("unsafe") == rules.npos);
  const std::string html = fake.read();
  CHECK(html.find("<link rel=\"stylesheet\" href=\"/.herald/status.css\">") != html.npos);
  CHECK(html.find("<script src=\"/.herald/status.js\" defer></script>") != html.npos);
  CHECK(html.find("<style") == html.npos);

  fake = {};
  ask(page, "/.herald/status.css");
  CHECK(fake.field("content-type") == "text/css; charset=utf-8");
  fake = {};
  ask(page, "/.herald/status.js");
  CHECK(fake.field("content-type") == "text/javascript; charset=utf-8");
  fake = {};
  ask(page, "/.herald/none");
  CHECK(fake.status() == 404);
}
