#include "hints/field_study.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "hints/beacon.h"
#include "tests/support/fake_exchange.h"

using namespace hints;
using Verdict = Difference::Verdict;

namespace {

const Experiment experiment = *Experiment::parse("early-hints vs link");

// Times as they are found in the field: their logarithms are spread evenly.
LogTimes times(std::size_t visits, double typical, double spread, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(std::log(typical), spread);
  LogTimes all;
  for (std::size_t i = 0; i < visits; ++i) all.add(std::exp(normal(random)));
  return all;
}

int post(FieldStudy& study, std::string content, std::initializer_list<http::Field> fields = {}) {
  BeaconEndpoint endpoint(study);
  testing::FakeExchange fake;
  fake->content = std::move(content);
  http::Request request = testing::get("/.herald/rum", fields);
  request.method = "POST";
  endpoint.handle(request, fake.exchange());
  CHECK(fake->collect_limit <= BeaconEndpoint::largest);
  return fake.status();
}

}  // namespace

TEST_CASE("an experiment is two different modes") {
  CHECK(experiment.arms[0].mode == Mode::early_hints);
  CHECK(experiment.arms[1].name == "link");
  for (const char* text : {"", "link", "link vs link", "link vs x", "vs", " vs ", "a vs b vs c"}) {
    CHECK_FALSE(Experiment::parse(text));
  }
}

TEST_CASE("visits are put into both arms about as often") {
  FieldStudy study(experiment, 1);
  int first = 0;
  for (int i = 0; i < 10'000; ++i) first += study.draw().mode == Mode::early_hints ? 1 : 0;
  CHECK(first > 4800);
  CHECK(first < 5200);
}

TEST_CASE("totals of several workers are those of one") {
  LogTimes one;
  LogTimes halves[2];
  for (int i = 1; i <= 100; ++i) {
    one.add(i * 7);
    halves[i % 3 == 0].add(i * 7);
  }
  halves[0].add(halves[1]);
  CHECK(halves[0].count() == 100);
  CHECK(halves[0].geometric_mean() == Approx(one.geometric_mean()));
  CHECK(halves[0].variance() == Approx(one.variance()));
}

TEST_CASE("a difference is told with its interval once it is there") {
  const Difference seen = compare(times(400, 800, 0.5, 1), times(400, 1000, 0.5, 2));
  CHECK(seen.verdict == Verdict::faster);
  CHECK(seen.low < 0.8);
  CHECK(seen.high > 0.8);
  CHECK(sentence(seen, experiment).find("early-hints is ") == 0);
  CHECK(sentence(seen, experiment).find(" faster than link (95 % interval: ") != std::string::npos);
  CHECK(compare(times(400, 1000, 0.5, 1), times(400, 800, 0.5, 2)).verdict == Verdict::slower);
}

TEST_CASE("too few visits are said to be too few, and how many it takes") {
  CHECK(sentence(compare({}, {}), experiment) == "too few visits to tell");
  const Difference few = compare(times(20, 100, 0.01, 1), times(20, 900, 0.01, 2));
  CHECK(few.verdict == Verdict::too_few);
  const Difference noisy = compare(times(100, 1000, 0.6, 1), times(100, 1000, 0.6, 2));
  CHECK(noisy.verdict == Verdict::too_few);
  CHECK(noisy.visits_needed > 1000);
  CHECK(sentence(noisy, experiment).find("too few visits to tell: about ") == 0);
}

TEST_CASE("arms that do not differ are found to differ in about one of twenty studies") {
  int found = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const auto verdict =
        compare(times(200, 1000, 0.5, 2 * seed), times(200, 1000, 0.5, 2 * seed + 1)).verdict;
    found += verdict == Verdict::faster || verdict == Verdict::slower ? 1 : 0;
  }
  CHECK(found > 5);
  CHECK(found < 40);
}

TEST_CASE("with enough visits no difference is no difference") {
  const Difference none = compare(times(20'000, 1000, 0.4, 1), times(20'000, 1000, 0.4, 2));
  CHECK(none.verdict == Verdict::none_seen);
  CHECK(sentence(none, experiment).find("no difference between early-hints and link") == 0);
}

TEST_CASE("a report counts for its arm; what is none is refused") {
  FieldStudy study(experiment, 1);
  CHECK(post(study,
             R"({"arm":"link","fir":0,"frh":120.5,"fcp":300,"lcp":400,"early":0,"cached":2})") ==
        204);
  CHECK(post(study, R"({"arm":"early-hints","fir":20,"frh":120,"fcp":250,"lcp":300,"early":3})") ==
        204);
  const ArmTotals& early = study.totals()[0];
  const ArmTotals& link = study.totals()[1];
  CHECK(early.visits == 1);
  CHECK(early.early == 3);
  CHECK(link.cached == 2);
  CHECK(link.times[static_cast<std::size_t>(Metric::first_interim)].count() == 0);
  CHECK(link.times[static_cast<std::size_t>(Metric::final_headers)].geometric_mean() ==
        Approx(120.5));

  CHECK(post(study, "") == 400);
  CHECK(post(study, "[1]") == 400);
  CHECK(post(study, R"({"arm":5})") == 400);
  CHECK(post(study, std::string(1000, '[')) == 400);
  CHECK(post(study, R"({"arm":"push"})") == 404);
  CHECK(post(study, R"({"arm":"link"})", {{"sec-fetch-site", "cross-site"}}) == 403);
  CHECK(post(study, R"({"arm":"link","fcp":-5,"lcp":1e300,"early":1e99,"cached":"x"})") == 204);
  CHECK(link.visits == 2);
  CHECK(link.early == 0);
  CHECK(link.times[static_cast<std::size_t>(Metric::first_paint)].count() == 1);
}

TEST_CASE("a report that is still coming when its endpoint goes counts for its own study") {
  FieldStudy study(experiment, 1);
  FieldStudy next(experiment, 2);
  std::optional<BeaconEndpoint> endpoint(study);
  testing::FakeExchange fake;
  fake->withhold_content = true;
  http::Request request = testing::get("/.herald/rum");
  request.method = "POST";
  endpoint->handle(request, fake.exchange());
  endpoint.emplace(next);
  fake->collecting(R"({"arm":"link"})");
  CHECK(fake.status() == 204);
  CHECK(study.totals()[1].visits == 1);
  CHECK(next.totals()[1].visits == 0);
}

TEST_CASE("the beacon's script is short, kept for an hour, and GET only") {
  BeaconScript script;
  testing::FakeExchange fake;
  script.handle(testing::get("/.herald/rum.js"), fake.exchange());
  CHECK(fake.field("content-type") == "text/javascript; charset=utf-8");
  CHECK(fake.field("cache-control") == "public, max-age=3600");
  CHECK(fake.read().size() < 1024);
  testing::FakeExchange other;
  http::Request request = testing::get("/.herald/rum.js");
  request.method = "POST";
  script.handle(request, other.exchange());
  CHECK(other.status() == 405);
}
