#include "static/range.h"

#include <catch2/catch.hpp>

using assets::parse_ranges;
using assets::Slice;
using Verdict = assets::Ranges::Verdict;

namespace {

std::vector<Slice> slices(std::string_view field, std::uint64_t length = 1000) {
  const auto ranges = parse_ranges(field, length);
  CHECK(ranges.verdict == Verdict::satisfiable);
  return ranges.slices;
}

}  // namespace

TEST_CASE("a range is a slice of the representation") {
  CHECK(slices("bytes=0-499") == std::vector<Slice>{{0, 500}});
  CHECK(slices("bytes=500-") == std::vector<Slice>{{500, 500}});
  CHECK(slices("bytes=-1") == std::vector<Slice>{{999, 1}});
  CHECK(slices("bytes=999-999") == std::vector<Slice>{{999, 1}});
  CHECK(slices("Bytes = 0-0") == std::vector<Slice>{{0, 1}});
}

TEST_CASE("ends beyond the length are clamped, however large") {
  CHECK(slices("bytes=0-18446744073709551616") == std::vector<Slice>{{0, 1000}});
  CHECK(slices("bytes=990-99999999999999999999999999") == std::vector<Slice>{{990, 10}});
  CHECK(slices("bytes=-5000") == std::vector<Slice>{{0, 1000}});
  CHECK(slices("bytes=-99999999999999999999999999") == std::vector<Slice>{{0, 1000}});
}

TEST_CASE("several ranges keep the order in which they were asked") {
  CHECK(slices("bytes=0-0,-1") == std::vector<Slice>{{0, 1}, {999, 1}});
  CHECK(slices("bytes= 500-599 ,\t0-9, ,") == std::vector<Slice>{{500, 100}, {0, 10}});
}

TEST_CASE("a range that begins where the one before it ends is joined to it") {
  CHECK(slices("bytes=0-4,5-9") == std::vector<Slice>{{0, 10}});
}

TEST_CASE("ranges outside the representation are left out while others lie within") {
  CHECK(slices("bytes=2000-3000,0-1") == std::vector<Slice>{{0, 2}});
}

TEST_CASE("ranges wholly outside are unsatisfiable") {
  CHECK(parse_ranges("bytes=1000-", 1000).verdict == Verdict::unsatisfiable);
  CHECK(parse_ranges("bytes=99999999999999999999-", 1000).verdict == Verdict::unsatisfiable);
  CHECK(parse_ranges("bytes=-0", 1000).verdict == Verdict::unsatisfiable);
}

TEST_CASE("a malformed range field is ignored") {
  for (const auto* field :
       {"", "bytes", "bytes=", "bytes=,", "bytes= , ,", "lines=1-2", "9-3", "bytes=9-3",
        "bytes=a-b", "bytes=1-2-3", "bytes=--1", "bytes=+1-2", "bytes=1 - 2", "bytes=-",
        "bytes=0x1-2", "bytes=0-1;2-3", "bytes=0-1,x"}) {
    CAPTURE(field);
    CHECK(parse_ranges(field, 1000).verdict == Verdict::ignored);
  }
}

TEST_CASE("overlapping ranges are ignored") {
  CHECK(parse_ranges("bytes=0-,0-,0-,0-", 1000).verdict == Verdict::ignored);
  CHECK(parse_ranges("bytes=0-10,10-20", 1000).verdict == Verdict::ignored);
  CHECK(parse_ranges("bytes=500-600,0-9,550-551", 1000).verdict == Verdict::ignored);
  CHECK(parse_ranges("bytes=0-4,5-9,3-3", 1000).verdict == Verdict::ignored);
}

TEST_CASE("more than sixteen ranges are ignored") {
  std::string field = "bytes=0-0";
  for (int i = 1; i < 16; ++i) field += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
  CHECK(slices(field).size() == 16);
  CHECK(parse_ranges(field + ",100-100", 1000).verdict == Verdict::ignored);
  CHECK(parse_ranges(field + ",5000-", 1000).verdict == Verdict::ignored);
}

TEST_CASE("any range of an empty representation is ignored") {
  CHECK(parse_ranges("bytes=0-", 0).verdict == Verdict::ignored);
  CHECK(parse_ranges("bytes=-5", 0).verdict == Verdict::ignored);
}

TEST_CASE("content-range tells the place and the whole length") {
  CHECK(assets::content_range({0, 500}, 1234) == "bytes 0-499/1234");
  CHECK(assets::unsatisfied_content_range(1234) == "bytes */1234");
}

TEST_CASE("single ranges agree with picking every byte by itself") {
  constexpr std::uint64_t length = 7;
  for (std::uint64_t first = 0; first < 10; ++first) {
    for (std::uint64_t last = first; last < 10; ++last) {
      std::uint64_t picked = 0;
      for (std::uint64_t byte = 0; byte < length; ++byte) picked += byte >= first && byte <= last;
      const auto ranges =
          parse_ranges("bytes=" + std::to_string(first) + "-" + std::to_string(last), length);
      if (picked == 0) {
        CHECK(ranges.verdict == Verdict::unsatisfiable);
      } else {
        CHECK(ranges.slices == std::vector<Slice>{{first, picked}});
      }
    }
  }
}
