#include "static/http_date.h"

#include <catch2/catch.hpp>

using assets::format_http_date;
using assets::parse_http_date;

namespace {
constexpr std::time_t example = 784111777;  // of RFC 9110 section 5.6.7
constexpr std::time_t year_2026 = 1'790'000'000;
}  // namespace

TEST_CASE("the three forms of a date are the same moment") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == example);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", year_2026) == example);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == example);
  CHECK(parse_http_date("Wed Nov 16 08:49:37 1994") == example + 10 * 86400);
}

TEST_CASE("a date is written in the preferred form") {
  CHECK(format_http_date(example) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(format_http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(format_http_date(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
}

TEST_CASE("what is written is read back") {
  for (std::time_t time = 0; time < 4'200'000'000; time += 12'345'678) {
    CHECK(parse_http_date(format_http_date(time)) == time);
  }
}

TEST_CASE("a year of two digits is at most fifty years ahead") {
  const auto in_1977 = parse_http_date("Friday, 02-Dec-77 00:00:00 GMT", year_2026);
  CHECK(format_http_date(in_1977.value()) == "Fri, 02 Dec 1977 00:00:00 GMT");
  const auto in_2076 = parse_http_date("Wednesday, 02-Dec-76 00:00:00 GMT", year_2026);
  CHECK(format_http_date(in_2076.value()) == "Wed, 02 Dec 2076 00:00:00 GMT");
}

TEST_CASE("years to come are dates too") {
  CHECK(parse_http_date("Fri, 01 Jan 2100 00:00:00 GMT") == 4102444800);
}

TEST_CASE("what is no date is none") {
  for (const auto* text :
       {"", "0", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 PST",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 gmt", "Sun, 06 Nov 1994 08:49:37 GMT ", "1994-11-06T08:49:37Z",
        "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text, year_2026));
  }
}
