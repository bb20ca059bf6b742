#include "sse/expression.h"

#include <catch2/catch.hpp>
#include <string>

using sse::compile_expression;
using sse::unrolled;

TEST_CASE("what repetitions add to an expression is counted, nested ones by their product") {
  CHECK(unrolled("abc") == 0);
  CHECK(unrolled("a*b+c?") == 0);
  CHECK(unrolled("a{3}") == 2);
  CHECK(unrolled("a{3,}") == 2);
  CHECK(unrolled("a{0,64}b") == 63);
  CHECK(unrolled("(?:ab){33}") >= 64);
  CHECK(unrolled("(?:(?:a{1,9}){1,9}){1,9}") >= 9 * 9 * 9 - 1);
  CHECK(unrolled("(a{99}b){1000}{1000}") >= 1'000'000);
}

TEST_CASE("braces that repeat nothing are text, in classes and escapes as well") {
  CHECK(unrolled("a{}") == 0);
  CHECK(unrolled("a{x}") == 0);
  CHECK(unrolled("a\\{900}") == 0);
  CHECK(unrolled("[a{900}]") == 0);
  CHECK(unrolled("[]{900}]") == 0);
  CHECK(unrolled("[[:alpha:]{900}]") == 0);
  CHECK(unrolled("\\p{Greek}{3}") == 2);
  CHECK(unrolled("\\x{10FFFF}{3}") == 2);
}

TEST_CASE("what is malformed has no end beyond its own") {
  for (const char* text : {"", "(", ")", ")))", "[", "[^", "[]", "[[:", "\\", "\\p{", "a{", "a{9",
                           "{9}", "(a{2}", "a{99999999999999999999}", "[\\"}) {
    CHECK(unrolled(text) <= 1'000'000);
  }
}

TEST_CASE("expressions as people write them are taken") {
  for (const char* text : {"[^/]{1,64}/[^/]{1,64}", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
                           "\\d{4}-\\d{2}-\\d{2}", "\\pL+", "(?:a|b)*", ".*"}) {
    CHECK(compile_expression(text));
  }
  CHECK(sse::matches(*compile_expression("a{2,3}"), "aaa"));
  CHECK_FALSE(sse::matches(*compile_expression("a{2,3}"), "aaaa"));
}

TEST_CASE("expressions that are dear to compile or to match are refused before they are compiled") {
  for (const char* text :
       {"x{1,1000}", "(?:[a-z0-9]{1,9}){1,99}", "(?:(?:a?){30}){30}", "\\w{1,200}"}) {
    CHECK_FALSE(compile_expression(text));
  }
}
