#include "cli/event_parser.h"

#include <catch2/catch.hpp>

#include "cli/answers.h"

using cli::EventParser;

namespace {

// What comes of `text`, fed `chunk` bytes at a time.
std::string parsed(std::string_view text, std::size_t chunk, std::string* last_id = nullptr) {
  std::string out;
  EventParser parser([&out](const cli::StreamEvent& event) {
    out += event.id + "|" + event.type + "|" + event.data + ";";
  });
  for (std::size_t at = 0; at < text.size(); at += chunk) parser.feed(text.substr(at, chunk));
  if (last_id) *last_id = parser.last_id();
  return out;
}

}  // namespace

TEST_CASE("a stream is read alike whatever pieces it comes in and however its lines end") {
  const std::string text =
      "\xEF\xBB\xBF:ok\n\nretry: 100\n\nid: 1\ndata: a\n\nid:2\r\nevent: tick\r\ndata: b\r\n"
      "data:c\r\n\r\ndata\r\rid: 3\rdata: \rdata: d\r\rjunk\nid: 4\n\n";
  for (std::size_t chunk = 1; chunk < text.size(); ++chunk) {
    std::string last;
    CHECK(parsed(text, chunk, &last) == "1|message|a;2|tick|b\nc;2|message|;3|message|\nd;");
    CHECK(last == "4");
  }
}

TEST_CASE("an event that is cut off is not given, and its id does not count") {
  std::string last;
  CHECK(parsed("id: 1\ndata: a\n\nid: 2\ndata: b\n", 5, &last) == "1|message|a;");
  CHECK(last == "1");
  CHECK(parsed("data: a", 100).empty());
}

TEST_CASE("only digits are a time to wait; an id with NUL is none") {
  EventParser parser([](const cli::StreamEvent&) {});
  parser.feed("retry: soon\n\nretry: -1\n\n");
  CHECK_FALSE(parser.retry());
  using namespace std::literals;
  parser.feed("retry: 2500\nid: a\n\nid: b\0c\n\n"sv);
  CHECK(parser.retry()->count() == 2500);
  CHECK(parser.last_id() == "a");
}

TEST_CASE("an answer's ids, reason and time to wait are found where they are") {
  CHECK(cli::ids_of(R"({"success":true,"ids":["a-1","a-2"]})") ==
        std::vector<std::string>{"a-1", "a-2"});
  CHECK(cli::ids_of(R"({"id":"a-1"})") == std::vector<std::string>{"a-1"});
  CHECK(cli::ids_of("<html>").empty());
  CHECK(cli::seconds_of("3") == 3);
  CHECK(cli::seconds_of("99999") == 300);
  CHECK(cli::seconds_of("Wed, 21 Oct 2026 07:28:00 GMT") == 0);
  CHECK(cli::seconds_of("") == 0);
  CHECK(cli::refusal_of("u", 403, R"({"detail":"No."})") == "u answered 403: No.");
}
