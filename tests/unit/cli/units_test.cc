#include "cli/units.h"

#include <catch2/catch.hpp>

#include "cli/nearest.h"

using namespace std::chrono_literals;

TEST_CASE("durations have a unit, or are milliseconds") {
  CHECK(cli::parse_duration("10s") == 10s);
  CHECK(cli::parse_duration("250ms") == 250ms);
  CHECK(cli::parse_duration("5m") == 5min);
  CHECK(cli::parse_duration("1h") == 1h);
  CHECK(cli::parse_duration("30d") == 720h);
  CHECK(cli::parse_duration("1500") == 1500ms);
  CHECK(cli::parse_duration("0") == 0ms);
  CHECK(cli::parse_duration("2 s") == 2s);
}

TEST_CASE("sizes have a unit, or are bytes") {
  CHECK(cli::parse_size("64KiB") == 65536);
  CHECK(cli::parse_size("1MiB") == 1048576);
  CHECK(cli::parse_size("2GiB") == 2147483648);
  CHECK(cli::parse_size("12B") == 12);
  CHECK(cli::parse_size("12") == 12);
}

TEST_CASE("what is no amount is nothing") {
  for (const char* bad : {"", " ", "s", "-1s", "1.5s", "1 ", "1x", "10S", "1sec", "0x10", "1s ",
                          "99999999999999999999", "9223372036854775808", "300000000000d"}) {
    INFO(bad);
    CHECK_FALSE(cli::parse_duration(bad));
  }
  for (const char* bad : {"", "1KB", "1k", "KiB", "-1", "1.5MiB", "99999999999GiB"}) {
    INFO(bad);
    CHECK_FALSE(cli::parse_size(bad));
  }
}

TEST_CASE("amounts are written in the largest unit that fits") {
  CHECK(cli::duration_text(90s) == "90s");
  CHECK(cli::duration_text(120s) == "2m");
  CHECK(cli::duration_text(24h) == "1d");
  CHECK(cli::duration_text(0ms) == "0");
  CHECK(cli::size_text(65536) == "64KiB");
  CHECK(cli::size_text(1000) == "1000B");
}

TEST_CASE("a name that is nearly known brings up the known one, a strange one nothing") {
  const std::vector<std::string_view> known{"serve", "hints", "limits", "timeouts"};
  CHECK(cli::nearest("limit", known) == "limits");
  CHECK(cli::nearest("hnits", known) == "hints");
  CHECK(cli::nearest("tiemout", known) == "timeouts");
  CHECK(cli::nearest("database", known).empty());
  CHECK(cli::nearest("", known).empty());
  CHECK(cli::did_you_mean("sevre", known) == ", did you mean \"serve\"?");
}
