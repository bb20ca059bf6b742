// The benchmark's accounts: latencies, and messages found again in what a server sends.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "bench/load/histogram.h"
#include "bench/load/ledger.h"
#include "bench/load/message.h"

TEST_CASE("a percentile is at most a 32nd above the value, and never above the greatest") {
  bench::Histogram histogram;
  for (std::uint64_t value = 1; value <= 1'000'000; ++value) histogram.add(value);
  for (const double share : {0.001, 0.01, 0.5, 0.9, 0.99, 0.999}) {
    const auto exact = static_cast<std::uint64_t>(share * 1e6);
    CHECK(histogram.percentile(share) >= exact);
    CHECK(histogram.percentile(share) <= exact + exact / 32);
  }
  CHECK(histogram.percentile(1) == 1'000'000);
  CHECK(histogram.count() == 1'000'000);
}

TEST_CASE("small and enormous durations have their place in the histogram") {
  bench::Histogram histogram;
  CHECK(histogram.percentile(0.5) == 0);
  histogram.add(0);
  histogram.add(~std::uint64_t{0});
  CHECK(histogram.percentile(0.5) == 0);
  CHECK(histogram.percentile(1) == ~std::uint64_t{0});
}

TEST_CASE("a message is found again wherever the answer is cut") {
  const std::string text = "id: 1\ndata: " + bench::message({7, 123456789}, 100) + "\n\n" +
                           "data: " + bench::message({8, 987654321}, 100) + "\n\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    bench::MarkReader reader;
    std::vector<bench::Mark> found;
    const auto note = [&](bench::Mark mark) { found.push_back(mark); };
    reader.feed(std::string_view(text).substr(0, cut), note);
    reader.feed(std::string_view(text).substr(cut), note);
    REQUIRE(found.size() == 2);
    CHECK(found[0].number == 7);
    CHECK(found[0].published == 123456789);
    CHECK(found[1].number == 8);
    CHECK(found[1].published == 987654321);
  }
}

TEST_CASE(
    "a message has the size that was asked for, and a mark that comes in single bytes is read") {
  const std::string text = bench::message({1, 2}, 60);
  CHECK(text.size() == 60);
  bench::MarkReader reader;
  unsigned found = 0;
  for (const char& c : text) reader.feed({&c, 1}, [&](bench::Mark) { ++found; });
  CHECK(found == 1);
}

TEST_CASE("a ledger counts what is lost, what comes twice, and what never came") {
  bench::Account account;
  bench::Ledger ledger;
  ledger.enter(0, account);
  ledger.enter(1, account);
  ledger.enter(1, account);
  ledger.enter(4, account);
  ledger.close(6, account);
  CHECK(account.delivered == 3);
  CHECK(account.duplicates == 1);
  CHECK(account.lost == 3);
}
