#include "compare/model.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lab;
using Told = ModelPage::Told;

namespace {

constexpr double window = 14'600;

// A document of one segment, and one asset of a few that blocks it.
ModelPage page_with(Told told, double bytes = 6000) {
  return {.document = 1000, .assets = {{.bytes = bytes, .depth = 1, .told = told}}};
}

Conditions conditions_of(Milliseconds round_trip, Milliseconds think, double down = 10) {
  Conditions conditions;
  conditions.round_trip = round_trip;
  conditions.think = think;
  conditions.down = down;
  return conditions;
}

Milliseconds gain(Told told, const Conditions& conditions, double bytes = 6000) {
  return predicted(page_with(Told::not_before_page, bytes), conditions, window) -
         predicted(page_with(told, bytes), conditions, window);
}

// Blocking, unless it is an image.
Resource resource(std::string target, Kind kind, Milliseconds discovered, Milliseconds complete,
                  std::uint64_t content) {
  Resource made;
  made.target = std::move(target);
  made.kind = kind;
  made.blocking = kind != Kind::image;
  made.discovered = discovered;
  made.complete = complete;
  made.content = content;
  return made;
}

}  // namespace

TEST_CASE("103 saves the think time, up to a round trip and the bytes of the assets") {
  const double round_trip = GENERATE(20.0, 100.0, 200.0);
  const double think = GENERATE(0.0, 10.0, 50.0, 150.0, 1000.0);
  const double transfer = 6000 / 1250.0;
  CHECK(gain(Told::by_hint, conditions_of(round_trip, think)) ==
        Approx(std::min(think, round_trip + transfer)).margin(1));
}

TEST_CASE("push saves a round trip more than 103 while the server does not think") {
  for (const double round_trip : {20.0, 100.0, 200.0}) {
    const Conditions conditions = conditions_of(round_trip, 0);
    CHECK(gain(Told::by_push, conditions) - gain(Told::by_hint, conditions) ==
          Approx(round_trip).margin(2));
  }
}

TEST_CASE("push and 103 tie once the server thinks for longer than the assets take by 103") {
  CHECK(gain(Told::by_push, conditions_of(100, 110)) ==
        Approx(gain(Told::by_hint, conditions_of(100, 110))));
  CHECK(gain(Told::by_push, conditions_of(100, 60)) > gain(Told::by_hint, conditions_of(100, 60)));
}

TEST_CASE("on a fast link there is about nothing to gain without think time") {
  CHECK(gain(Told::by_push, conditions_of(2, 0, 1000)) < 3);
}

TEST_CASE("rounds of slow start cost a round trip each") {
  // 10, 20 and 40 segments hold 100 kB in three rounds; two of them are waited for.
  const double small =
      predicted(page_with(Told::not_before_page, 10'000), conditions_of(100, 0, 1000), window);
  const double large =
      predicted(page_with(Told::not_before_page, 90'000), conditions_of(100, 0, 1000), window);
  CHECK(large - small == Approx(200).margin(3));
}

TEST_CASE("what only another asset names costs a round trip, unless it is told") {
  ModelPage page = page_with(Told::not_before_page);
  page.assets.push_back({.bytes = 3000, .depth = 2, .told = Told::not_before_page});
  const Conditions conditions = conditions_of(100, 0);
  const double chained = predicted(page, conditions, window);
  page.assets[1].depth = 1;
  CHECK(chained - predicted(page, conditions, window) == Approx(100).margin(3));
  page.assets[1].depth = 2;
  page.assets[0].told = page.assets[1].told = Told::with_headers;
  CHECK(chained - predicted(page, conditions, window) == Approx(100).margin(3));
}

TEST_CASE("links on the answer save the time between its headers and its content") {
  Conditions conditions = conditions_of(100, 50);
  CHECK(gain(Told::with_headers, conditions) == Approx(0).margin(0.1));
  conditions.body_think = 80;
  CHECK(gain(Told::with_headers, conditions) == Approx(80).margin(1));
}

TEST_CASE("what is pushed besides fills the window, and the page waits for it") {
  ModelPage page = page_with(Told::by_push, 4000);
  const Conditions conditions = conditions_of(100, 50);
  const double alone = predicted(page, conditions, window);
  page.assets.push_back({.bytes = 20'000, .depth = 1, .told = Told::by_push, .blocks = false});
  CHECK(predicted(page, conditions, window) - alone == Approx(50).margin(8));
  page.assets[1].bytes = 5000;
  CHECK(predicted(page, conditions, window) == Approx(alone).margin(1));
}

TEST_CASE("the shape of a page is read from its loads") {
  PageLoad plain;
  plain.final_headers = 200;
  plain.document = 205;
  plain.resources = {resource("/", Kind::document, 0, 205, 2000),
                     resource("/a.css", Kind::style, 201, 310, 5000),
                     resource("/b.css", Kind::style, 310, 420, 4000),
                     resource("/c.png", Kind::image, 203, 500, 90'000),
                     resource("/d.js", Kind::script, 202, 202, 3000)};
  plain.resources[4].from = From::cache;
  PageLoad arm = plain;
  arm.resources[1].hinted = 100;
  arm.resources[2].promised = 90;
  arm.resources[2].from = From::push;
  arm.resources[3].hinted = 100;
  arm.resources[4].promised = 90;
  arm.resources[4].fate = Fate::cancelled;
  const ModelPage page = model_page(plain, arm);
  REQUIRE(page.assets.size() == 4);
  CHECK_FALSE(page.assets[2].blocks);
  CHECK_FALSE(page.assets[3].blocks);
  CHECK(page.document > 2000);
  CHECK(page.assets[0].depth == 1);
  CHECK(page.assets[0].told == Told::by_hint);
  CHECK(page.assets[1].depth == 2);
  CHECK(page.assets[1].told == Told::by_push);
  CHECK(page.assets[1].blocks);
  CHECK(model_page(plain).assets[0].told == Told::not_before_page);
}

TEST_CASE("a long chain of modules has as many depths, and is gone through once") {
  PageLoad plain;
  plain.document = 100;
  plain.resources = {resource("/", Kind::document, 0, 100, 2000)};
  for (int i = 1; i <= 60; ++i) {
    const Milliseconds discovered = 100.0 * i;
    plain.resources.push_back(resource("/" + std::to_string(i) + ".js", Kind::module, discovered,
                                       discovered + 100, 1000));
  }
  // They are not kept in the order in which they were discovered.
  std::reverse(plain.resources.begin() + 1, plain.resources.end());
  const ModelPage page = model_page(plain);
  REQUIRE(page.assets.size() == 60);
  CHECK(page.assets.front().depth == 60);
  CHECK(page.assets.back().depth == 1);
}

TEST_CASE("on a reused connection the window starts where the earlier load has left it") {
  PageLoad plain;
  plain.document = 205;
  plain.received = 200'000;
  plain.resources = {resource("/", Kind::document, 0, 205, 2000),
                     resource("/a.css", Kind::style, 201, 900, 150'000)};
  PageLoad arm = plain;
  arm.resources[1].promised = 90;
  arm.resources[1].from = From::push;
  Conditions conditions = conditions_of(100, 250, 1000);
  conditions.connection = Connection::reused;
  const auto gain_from = [&](double window) {
    return predicted(model_page(plain), conditions, window) -
           predicted(model_page(plain, arm), conditions, window);
  };
  for (const std::uint64_t before : {0U, 65'000U}) {
    plain.received_before = before;
    CHECK(predicted_gain(plain, arm, conditions) ==
          Approx(gain_from(window + static_cast<double>(before))));
  }
  CHECK(gain_from(window) > gain_from(window + 65'000) + 50);
}
