#include "sse/retention.h"

#include <catch2/catch.hpp>

using namespace sse;

TEST_CASE("a star in a pattern stands for any run of characters") {
  CHECK(matches("*", ""));
  CHECK(matches("*", "anything"));
  CHECK(matches("a", "a"));
  CHECK(matches("prices/*", "prices/"));
  CHECK(matches("prices/*", "prices/a/b"));
  CHECK(matches("*/a*c", "x/y/abc/ac"));
  CHECK_FALSE(matches("", "a"));
  CHECK_FALSE(matches("prices/*", "price/a"));
  CHECK_FALSE(matches("a*c", "ab"));
  CHECK_FALSE(matches("a", "aa"));
}

TEST_CASE("a pattern of many stars is no trouble") {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "*a";
  CHECK_FALSE(matches(pattern + "b", std::string(2000, 'a')));
}

TEST_CASE("the first class whose pattern matches counts, and one is for all the others") {
  TopicClass loud;
  loud.pattern = "loud/*";
  loud.keep.events = 5;
  TopicClass all;
  all.pattern = "loud/very/*";
  all.keep.events = 7;
  TopicClass rest;
  rest.keep.events = 9;
  const TopicClasses classes(rest, {loud, all});
  CHECK(classes.of("loud/very/much").keep.events == 5);
  CHECK(classes.of("quiet").keep.events == 9);
  CHECK(classes.index_of("quiet") == 2);
}
