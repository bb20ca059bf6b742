#include "sse/event.h"

#include <catch2/catch.hpp>

#include "sse/memory_sequencer.h"
#include "tests/unit/sse/world.h"

using namespace sse;
using sse::testing::draft;

namespace {
std::string block(Draft what) {
  return std::string(Event("e", 7, std::move(what), Event::Time()).block());
}
}  // namespace

TEST_CASE("an event is one block of text/event-stream") {
  CHECK(block(draft("hello")) == "id: e-7\ndata: hello\n\n");
  CHECK(block(draft("hello", "t", "greeting")) == "id: e-7\nevent: greeting\ndata: hello\n\n");
  CHECK(block(draft("")) == "id: e-7\ndata: \n\n");
}

TEST_CASE("CR, LF and CRLF in data become data lines, so that nothing can be smuggled in") {
  CHECK(block(draft("a\nb\rc\r\nd")) == "id: e-7\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(block(draft("x\n\nid: 9\n")) == "id: e-7\ndata: x\ndata: \ndata: id: 9\ndata: \n\n");
}

TEST_CASE("an event remembers its data as published") {
  for (const std::string& text : std::vector<std::string>{"", "one", "a\nb", "a\r\nb\r", "\n"}) {
    const Event event("e", 7, draft(text), Event::Time());
    CHECK(event.data() == text);
    CHECK(event.id() == "e-7");
  }
}

TEST_CASE("types, topics and publisher's ids with line breaks or control characters are refused") {
  CHECK_FALSE(refusal(draft("x", "room/1", "größe")));
  for (const std::string& bad :
       {std::string("a\nb"), std::string("a\rb"), std::string("a\0b", 3), std::string("a\x7f"),
        std::string("a\xc2\x85"), std::string("\xff"), std::string(2049, 'a')}) {
    CHECK(refusal(draft("x", bad)));
    CHECK(refusal(draft("x", "t", bad)));
    Draft named = draft("x");
    named.publisher_id = bad;
    CHECK(refusal(named));
  }
  CHECK(refusal(draft("x", "")));
  CHECK(refusal(draft("x", "t", std::string(129, 'a'))));
  CHECK(refusal(draft("x", "t", "herald.gap")));
}

TEST_CASE("text is printable if it is strict UTF-8 without controls") {
  CHECK(printable("plain"));
  CHECK(printable("\xe2\x82\xac \xf0\x9f\x98\x80"));
  CHECK_FALSE(printable("\xc0\xaf"));
  CHECK_FALSE(printable("\xe0\x80\x80"));
  CHECK_FALSE(printable("\xed\xa0\x80"));
  CHECK_FALSE(printable("\xf4\x90\x80\x80"));
  CHECK_FALSE(printable("\xe2\x82"));
}

TEST_CASE("an id is read as it is printed, and nothing else is") {
  const EventId id{.epoch = "k3x9q2", .seq = 184467};
  CHECK(id.print() == "k3x9q2-184467");
  CHECK(EventId::parse(id.print()) == id);
  CHECK(EventId::parse("a-b-1") == EventId{.epoch = "a-b", .seq = 1});
  for (const char* bad : {"", "-", "-1", "e-", "e-01", "e--", "e-1x", "e-+1", "e 1-1", "e-1\n",
                          "12", "e-18446744073709551616", "\xc3\xa9-1"}) {
    CHECK_FALSE(EventId::parse(bad));
  }
  CHECK_FALSE(EventId::parse(std::string(63, 'a') + "-1"));
}

TEST_CASE("an epoch is six characters that differ from start to start") {
  CHECK(random_epoch().size() == 6);
  CHECK(random_epoch() != random_epoch());
}
