#include "compare/browser_page.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace lab {

TEST_CASE("a page's timeline in Chromium becomes a load that counts from the first connect") {
  const auto timeline = nlohmann::json::parse(R"({
    "navigation": {"target": "/", "status": 200, "connectStart": 50.0, "connectEnd": 250.0,
      "requestStart": 251.0, "firstInterimResponseStart": 350.0, "finalResponseHeadersStart": 550.0,
      "responseEnd": 560.0, "loadEventStart": 700.0, "encodedBodySize": 900},
    "resources": [
      {"target": "/a.css", "initiatorType": "early-hints", "renderBlockingStatus": "blocking",
       "status": 200, "startTime": 351.0, "requestStart": 352.0, "responseStart": 452.0,
       "responseEnd": 600.0, "encodedBodySize": 4000, "transferSize": 4300},
      {"target": "/b.js", "initiatorType": "script", "renderBlockingStatus": "non-blocking",
       "status": 200, "startTime": 565.0, "requestStart": 0, "responseStart": 0,
       "responseEnd": 566.0, "encodedBodySize": 70, "transferSize": 0},
      {"target": "/c.png", "initiatorType": "img", "renderBlockingStatus": "non-blocking",
       "status": 404, "startTime": 565.0, "requestStart": 566.0, "responseStart": 666.0,
       "responseEnd": 667.0, "encodedBodySize": 7, "transferSize": 307}],
    "paint": 620.0, "lcp": 0})");
  const PageLoad load = load_of(timeline);
  CHECK(load.connected == 200);
  CHECK(load.early_hints == 300);
  CHECK(load.final_headers == 500);
  CHECK(load.document == 510);
  CHECK(load.render_ready == 550);
  CHECK(load.load == 650);
  CHECK(load.first_contentful_paint == 570);
  CHECK_FALSE(load.largest_contentful_paint);
  REQUIRE(load.resources.size() == 4);
  CHECK(load.resources[0].kind == Kind::document);
  const Resource& style = load.resources[1];
  CHECK(style.kind == Kind::style);
  CHECK(style.hinted == 300);
  CHECK_FALSE(style.discovered);
  CHECK(style.blocking);
  CHECK(style.content == 4000);
  CHECK(load.resources[2].from == From::cache);
  CHECK_FALSE(load.resources[2].requested);
  CHECK(load.resources[3].fate == Fate::failed);
}

TEST_CASE("without a 103 there is no time for one") {
  const auto timeline = nlohmann::json::parse(R"({"navigation": {"connectStart": 1.0,
    "firstInterimResponseStart": 0, "finalResponseHeadersStart": 5.0, "responseEnd": 6.0,
    "loadEventStart": 7.0}, "resources": [], "paint": 0, "lcp": 0})");
  const PageLoad load = load_of(timeline);
  CHECK_FALSE(load.early_hints);
  CHECK(load.render_ready == 5);
  CHECK_FALSE(load.first_contentful_paint);
}

}  // namespace lab
