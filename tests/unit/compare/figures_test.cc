#include "compare/figures.h"

#include <catch2/catch.hpp>

using namespace lab;

TEST_CASE("a time has as many digits as mean something") {
  CHECK(time_text(0) == "0 ms");
  CHECK(time_text(3.44) == "3.4 ms");
  CHECK(time_text(3) == "3 ms");
  CHECK(time_text(189.6) == "190 ms");
  CHECK(time_text(1240) == "1.24 s");
  CHECK(time_text(12'400) == "12.4 s");
  CHECK(time_text(-42) == "-42 ms");
  CHECK(time_text(-0.01) == "0 ms");
}

TEST_CASE("a gain says by its sign that it is earlier") {
  CHECK(gain_text(190) == "+190 ms");
  CHECK(gain_text(-12) == "-12 ms");
  CHECK(gain_text(0.01) == "0 ms");
}

TEST_CASE("sizes are in powers of a thousand") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(1500) == "1.5 kB");
  CHECK(bytes_text(84'000) == "84 kB");
  CHECK(bytes_text(2'500'000) == "2.5 MB");
}

TEST_CASE("an estimate shows its interval, the unit once if one will do") {
  CHECK(estimate_text({.low = 181, .median = 190, .high = 199}) == "190 ms (95 % 181 to 199 ms)");
  CHECK(estimate_text({.low = 950, .median = 990, .high = 1030}) ==
        "990 ms (95 % 950 ms to 1.03 s)");
}
