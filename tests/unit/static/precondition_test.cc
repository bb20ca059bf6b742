#include "static/precondition.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_exchange.h"

namespace {

constexpr auto now_tag = R"("now")";
constexpr auto at_date = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr auto before_date = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr auto after_date = "Sun, 06 Nov 1994 08:49:38 GMT";

int status_of(const assets::Decision& decision) {
  constexpr int statuses[] = {200, 304, 412, 416, 206};
  return statuses[decision.index()];
}

int decide(std::initializer_list<http::Field> fields, std::string method = "GET") {
  http::Request request = testing::get("/", fields);
  request.method = std::move(method);
  return status_of(assets::decide(request, {now_tag, 784111777, 1000}));
}

}  // namespace

TEST_CASE("a request without conditions gets the whole") {
  CHECK(decide({{"accept", "*/*"}}) == 200);
}

TEST_CASE("if-none-match compares weakly, in lists, over several fields, and with *") {
  CHECK(decide({{"if-none-match", R"("now")"}}) == 304);
  CHECK(decide({{"if-none-match", R"(W/"now")"}}) == 304);
  CHECK(decide({{"if-none-match", R"("a", W/"b" , "now")"}}) == 304);
  CHECK(decide({{"if-none-match", R"("a,b","now")"}}) == 304);
  CHECK(decide({{"if-none-match", R"("a")"}, {"if-none-match", R"("now")"}}) == 304);
  CHECK(decide({{"if-none-match", "*"}}) == 304);
  CHECK(decide({{"if-none-match", "*"}}, "HEAD") == 304);
  CHECK(decide({{"if-none-match", R"("then")"}}) == 200);
}

TEST_CASE("tags that are none match nothing") {
  for (const auto* list :
       {"now", "", ",", "\"", "W/", "\"now", "now\"", "'now'", "w/\"now\"x", "\"*\""}) {
    CAPTURE(list);
    CHECK(decide({{"if-none-match", list}}) == 200);
  }
  CHECK(decide({{"if-none-match", R"(now, "now")"}}) == 304);
}

TEST_CASE("a list of twenty kilobytes is read to its end") {
  std::string list;
  while (list.size() < 20 * 1024) list += "\"tag" + std::to_string(list.size()) + "\", ";
  CHECK(decide({{"if-none-match", list}}) == 200);
  CHECK(decide({{"if-none-match", list + now_tag}}) == 304);
}

TEST_CASE("if-none-match wins over if-modified-since") {
  CHECK(decide({{"if-none-match", R"("then")"}, {"if-modified-since", at_date}}) == 200);
  CHECK(decide({{"if-none-match", now_tag}, {"if-modified-since", before_date}}) == 304);
}

TEST_CASE("if-modified-since compares dates, and is ignored when it is none") {
  CHECK(decide({{"if-modified-since", at_date}}) == 304);
  CHECK(decide({{"if-modified-since", after_date}}) == 304);
  CHECK(decide({{"if-modified-since", before_date}}) == 200);
  CHECK(decide({{"if-modified-since", "Sunday, 06-Nov-94 08:49:37 GMT"}}) == 304);
  CHECK(decide({{"if-modified-since", "Sun Nov  6 08:49:37 1994"}}) == 304);
  CHECK(decide({{"if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT"}}) == 304);
  CHECK(decide({{"if-modified-since", "garbage"}}) == 200);
}

TEST_CASE("if-match compares strongly and fails with 412") {
  CHECK(decide({{"if-match", now_tag}}) == 200);
  CHECK(decide({{"if-match", "*"}}) == 200);
  CHECK(decide({{"if-match", R"("a", "now")"}}) == 200);
  CHECK(decide({{"if-match", R"(W/"now")"}}) == 412);
  CHECK(decide({{"if-match", R"("then")"}}) == 412);
  CHECK(decide({{"if-match", R"("then")"}}, "HEAD") == 412);
}

TEST_CASE("if-match wins over if-unmodified-since") {
  CHECK(decide({{"if-match", now_tag}, {"if-unmodified-since", before_date}}) == 200);
  CHECK(decide({{"if-unmodified-since", before_date}}) == 412);
  CHECK(decide({{"if-unmodified-since", at_date}}) == 200);
  CHECK(decide({{"if-unmodified-since", "garbage"}}) == 200);
}

TEST_CASE("a failed if-match is told before a matching if-none-match, and that before a range") {
  CHECK(decide({{"if-match", R"("then")"}, {"if-none-match", now_tag}}) == 412);
  CHECK(decide({{"if-match", now_tag}, {"if-none-match", now_tag}}) == 304);
  CHECK(decide({{"if-none-match", now_tag}, {"range", "bytes=0-0"}}) == 304);
  CHECK(decide({{"if-none-match", R"("then")"}, {"range", "bytes=0-0"}}) == 206);
  CHECK(decide({{"if-match", R"("then")"}, {"range", "bytes=0-0"}}) == 412);
}

TEST_CASE("a range is for GET alone") {
  CHECK(decide({{"range", "bytes=0-0"}}) == 206);
  CHECK(decide({{"range", "bytes=0-0"}}, "HEAD") == 200);
  CHECK(decide({{"range", "bytes=1000-"}}) == 416);
  CHECK(decide({{"range", "bytes=1000-"}}, "HEAD") == 200);
  CHECK(decide({{"range", "lines=1-2"}}) == 200);
}

TEST_CASE("if-range lets a range through for exactly the same version") {
  CHECK(decide({{"range", "bytes=0-0"}, {"if-range", now_tag}}) == 206);
  CHECK(decide({{"range", "bytes=0-0"}, {"if-range", R"("then")"}}) == 200);
  CHECK(decide({{"range", "bytes=0-0"}, {"if-range", R"(W/"now")"}}) == 200);
  CHECK(decide({{"range", "bytes=0-0"}, {"if-range", at_date}}) == 206);
  CHECK(decide({{"range", "bytes=0-0"}, {"if-range", after_date}}) == 200);
  CHECK(decide({{"range", "bytes=0-0"}, {"if-range", "garbage"}}) == 200);
  CHECK(decide({{"range", "bytes=1000-"}, {"if-range", R"("then")"}}) == 200);
  CHECK(decide({{"if-range", R"("then")"}}) == 200);
}

TEST_CASE("without a date, conditions of dates are ignored, and if-range holds none") {
  const auto undated = [](std::initializer_list<http::Field> fields) {
    return status_of(assets::decide(testing::get("/", fields), {now_tag, std::nullopt, 1000}));
  };
  CHECK(undated({{"if-modified-since", after_date}}) == 200);
  CHECK(undated({{"if-unmodified-since", before_date}}) == 200);
  CHECK(undated({{"if-range", at_date}, {"range", "bytes=0-1"}}) == 200);
  CHECK(undated({{"if-range", now_tag}, {"range", "bytes=0-1"}}) == 206);
  CHECK(undated({{"if-none-match", now_tag}}) == 304);
}
