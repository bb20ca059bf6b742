#include "server/http/query.h"

#include <catch2/catch.hpp>

#include "server/http/problem.h"

TEST_CASE("a query keeps repeats in order and decodes plus and percent") {
  const http::Query query("topic=a+b&topic=c%2Fd&empty=&bare");
  CHECK(query.all("topic") == std::vector<std::string_view>{"a b", "c/d"});
  CHECK(query.get("empty") == "");
  CHECK(query.get("bare") == "");
  CHECK_FALSE(query.get("none"));
}

TEST_CASE("a stray percent sign in a form stands for itself") {
  CHECK(http::Query("a=100%&b=%zz").get("b") == "%zz");
}

TEST_CASE("percent-decoding a path refuses what is not two hexadecimal digits") {
  CHECK(http::percent_decode("/a%20b") == "/a b");
  CHECK_FALSE(http::percent_decode("/%"));
  CHECK_FALSE(http::percent_decode("/%4"));
  CHECK_FALSE(http::percent_decode("/%zz"));
}

TEST_CASE("percent-encoding is undone by decoding") {
  const std::string all = "a/b c%\"\n\xC3\xA9";
  CHECK(http::percent_encode(all, "/") == "a/b%20c%25%22%0A%C3%A9");
  CHECK(http::percent_decode(http::percent_encode(all)) == all);
}

TEST_CASE("a JSON string escapes controls and replaces what is not UTF-8") {
  CHECK(http::json_string("a\"\\\n\x01") == "\"a\\\"\\\\\\n\\u0001\"");
  CHECK(http::json_string("\xC3\xA9\xFF") == "\"\xC3\xA9\xEF\xBF\xBD\"");
}
