#include "compare/virtual_bench.h"

#include <catch2/catch.hpp>

#include "compare/identity.h"
#include "tests/support/memory_site.h"

using namespace lab;

namespace {

// A page with a style that blocks it, a script behind it and an image.
testing::MemorySite::Files page() {
  return {{"/",
           "<!doctype html><link rel=stylesheet href=/a.css><script defer src=/b.js></script>"
           "<body><img src=/c.png>"},
          {"/a.css", std::string(6000, ' ') + "p { color: red }"},
          {"/b.js", std::string(3000, ' ')},
          {"/c.png", std::string(20'000, 'x')}};
}

struct Bed {
  std::shared_ptr<const net::Credentials> credentials = make_identity();
  VirtualBench bench{[](net::Loop&) { return std::make_unique<testing::MemorySite>(page()); },
                     *credentials,
                     {.plan = {}, .jitter_share = 0}};

  PageLoad load(Arm arm, Conditions conditions = {}) {
    PageLoad load = bench.load({.page = "/", .conditions = conditions, .arm = arm, .seed = 5});
    INFO(load.failure);
    REQUIRE(load.failure.empty());
    REQUIRE(load.render_ready);
    return load;
  }
  Milliseconds ready(Arm arm, Conditions conditions = {}) {
    return *load(arm, conditions).render_ready;
  }
};

Conditions thinking(Milliseconds think) {
  Conditions conditions;
  conditions.think = think;
  return conditions;
}

}  // namespace

TEST_CASE("a page without hints takes its round trips: TCP, TLS, the document, its style") {
  Bed bed;
  const PageLoad load = bed.load(Arm::none);
  CHECK(*load.connected == Approx(200).margin(5));
  CHECK(*load.final_headers == Approx(300).margin(5));
  CHECK(*load.render_ready == Approx(400).margin(15));
  CHECK(load.resources.size() == 4);
  CHECK_FALSE(load.early_hints);
  CHECK(load.wasted == 0);
}

TEST_CASE("103 comes a round trip after the request, and hides the think time") {
  Bed bed;
  const PageLoad load = bed.load(Arm::early_hints, thinking(200));
  CHECK(*load.early_hints == Approx(300).margin(5));
  CHECK(*load.final_headers == Approx(500).margin(5));
  CHECK(bed.ready(Arm::none, thinking(200)) - *load.render_ready == Approx(105).margin(15));
  CHECK(bed.ready(Arm::none, thinking(40)) - bed.ready(Arm::early_hints, thinking(40)) ==
        Approx(40).margin(10));
}

TEST_CASE("push is a round trip ahead of 103 while the server does not think") {
  Bed bed;
  CHECK(bed.ready(Arm::early_hints) - bed.ready(Arm::push) == Approx(100).margin(10));
  CHECK(bed.ready(Arm::push_early_hints) == Approx(bed.ready(Arm::push)).margin(10));
}

TEST_CASE("think time before the content is hidden by links on the answer") {
  Bed bed;
  Conditions conditions;
  conditions.body_think = 80;
  CHECK(bed.ready(Arm::none, conditions) - bed.ready(Arm::link, conditions) ==
        Approx(80).margin(10));
  CHECK(bed.ready(Arm::none) - bed.ready(Arm::link) == Approx(0).margin(3));
}

TEST_CASE("with a warm cache push wastes bytes and 103 does not") {
  Bed bed;
  Conditions conditions = thinking(200);
  conditions.cache = Cache::warm;
  CHECK(bed.load(Arm::push, conditions).wasted > 1000);
  CHECK(bed.load(Arm::early_hints, conditions).wasted == 0);
  CHECK(bed.ready(Arm::none, conditions) - bed.ready(Arm::early_hints, conditions) ==
        Approx(0).margin(3));
}

TEST_CASE("a resumed handshake and an open connection begin sooner") {
  Bed bed;
  Conditions conditions;
  const PageLoad fresh = bed.load(Arm::none);
  conditions.connection = Connection::resumed;
  const PageLoad resumed = bed.load(Arm::none, conditions);
  CHECK(resumed.received < fresh.received);
  conditions.connection = Connection::reused;
  const PageLoad reused = bed.load(Arm::none, conditions);
  CHECK(*fresh.render_ready - *reused.render_ready == Approx(200).margin(10));
  CHECK(reused.resources.size() == 4);
}

TEST_CASE("events of a live stream arrive half a round trip after they were published") {
  Bed bed;
  Conditions conditions = thinking(300);
  conditions.live = true;
  const PageLoad load = bed.load(Arm::none, conditions);
  REQUIRE(load.event_delays.size() > 4);
  CHECK(load.event_delays.front() == Approx(50).margin(1));
  for (const Milliseconds delay : load.event_delays) {
    CHECK(delay >= 50);
    CHECK(delay < 120);  // the window may be full, and opens within a round trip
  }
}

TEST_CASE("a load does not depend on what was loaded before") {
  Bed first;
  Bed second;
  Conditions conditions = thinking(100);
  first.load(Arm::push);
  first.load(Arm::none, conditions);
  for (const Connection connection : all_connections) {
    conditions.connection = connection;
    for (const Arm arm : all_arms) {
      const PageLoad one = first.load(arm, conditions);
      const PageLoad other = second.load(arm, conditions);
      CHECK(one.render_ready == other.render_ready);
      CHECK(one.load == other.load);
      CHECK(one.received == other.received);
      CHECK(one.sent == other.sent);
    }
  }
}

TEST_CASE("a page that is not there is said to be missing") {
  Bed bed;
  const PageLoad load = bed.bench.load({.page = "/nowhere", .conditions = {}, .arm = Arm::none});
  CHECK_FALSE(load.failure.empty());
}
