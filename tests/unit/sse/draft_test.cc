#include <catch2/catch.hpp>

#include "sse/draft_reader.h"
#include "sse/plain_draft.h"

using namespace sse;

TEST_CASE("an object of plain strings is read without a general parser") {
  const auto draft = read_plain_draft(
      R"( { "topic":"orders", "message":"5 € für 2", "type":"new" ,"id" : "urn:x" } )");
  REQUIRE(draft);
  CHECK(draft->topic == "orders");
  CHECK(draft->data == "5 € für 2");
  CHECK(draft->form == Form::text);
  CHECK(draft->type == "new");
  CHECK(draft->publisher_id == "urn:x");
  CHECK(read_plain_draft(R"({"message":""})")->topic == default_topic);
}

TEST_CASE("what is more than plain strings, or wrong, is left to the general parser") {
  for (const char* text : {"",
                           "{",
                           "{}",
                           "[]",
                           "\"message\"",
                           R"({"message":1})",
                           R"({"message":null})",
                           R"({"message":"a\n"})",
                           R"({"message":"a)",
                           R"({"message":"a")",
                           R"({"message":"a",})",
                           R"({"message":"a"}})",
                           R"({"message":"a"} x)",
                           R"({"message" "a"})",
                           R"({message:"a"})",
                           R"({"topic":"a"})",
                           R"({"message":"a","topic":["b"]})",
                           R"({"message":"a","private":true})",
                           R"({"message":"a","more":"b"})",
                           R"({"message":"a","topic":""})",
                           R"({"message":"a","type":"herald.x"})",
                           "{\"message\":\"a\tb\"}",
                           "{\"message\":\"\xC0\x80\"}",
                           "{\"message\":\"\xED\xA0\x80\"}",
                           "{\"message\":\"\xE2\x82\"}"}) {
    INFO(text);
    CHECK_FALSE(read_plain_draft(text));
  }
}

TEST_CASE("both readers come to the same") {
  for (const char* text :
       {R"({"message":"a"})", R"({"message":"a","message":"b"})", R"({"message":"a","topic":"t"})",
        "\n{\t\"message\" :\r\"\x7F\" }\n", R"({"topic":"x","topic":"y","message":"ö"})",
        R"({"message":"a","type":"t","id":"i"})", R"({"message":"a","topic":""})"}) {
    INFO(text);
    CHECK(read_draft(text) == parse_draft(text));
  }
}
