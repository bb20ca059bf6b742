#include "proxy/response_head.h"

#include <catch2/catch.hpp>

using proxy::ResponseHead;
using Stage = ResponseHead::Stage;

namespace {

Stage take(ResponseHead& head, std::initializer_list<std::string_view> lines) {
  Stage stage = Stage::reading;
  for (const auto line : lines) stage = head.take(line);
  return stage;
}

}  // namespace

TEST_CASE("a header section is read line by line") {
  ResponseHead head({});
  CHECK(take(head, {"HTTP/1.1 200 OK\r\n", "Content-Type:  text/html \r\n",
                    "content-length: 12\r\n", "\r\n"}) == Stage::final);
  CHECK(head.status() == 200);
  CHECK(head.fields().get("content-type") == "text/html");
  CHECK(head.length() == 12);
}

TEST_CASE("interim sections come before the final one, each with fields of its own") {
  ResponseHead head({});
  CHECK(take(head, {"HTTP/1.1 103 Early Hints\r\n", "Link: </a.css>\r\n", "\r\n"}) ==
        Stage::interim);
  CHECK(head.fields().get("link") == "</a.css>");
  CHECK(take(head, {"HTTP/1.1 103 Early Hints\r\n", "link: </b.css>\r\n", "\r\n"}) ==
        Stage::interim);
  CHECK(head.fields().joined("link") == "</b.css>");
  CHECK(take(head, {"HTTP/1.1 404 Not Found\r\n", "\r\n"}) == Stage::final);
  CHECK(head.status() == 404);
  CHECK(head.fields().empty());
}

TEST_CASE("trailers are kept apart, and count as what came before them") {
  ResponseHead head({.bytes = 60});
  take(head, {"HTTP/1.1 200 OK\r\n", "\r\n"});
  CHECK(take(head, {"X-Sum: 1\r\n"}) == Stage::final);
  CHECK(head.fields().empty());
  CHECK(head.trailers().get("x-sum") == "1");
  CHECK(take(head, {"x-more: 12345678901234567890123456789\r\n"}) == Stage::wrong);
}

TEST_CASE("the length of chunked content is not known before") {
  ResponseHead head({});
  take(head,
       {"HTTP/1.1 200 OK\r\n", "transfer-encoding: chunked\r\n", "content-length: 5\r\n", "\r\n"});
  CHECK_FALSE(head.length());
}

TEST_CASE("what is no HTTP, or without end, is wrong") {
  const auto after = [](std::initializer_list<std::string_view> lines) {
    ResponseHead head({.bytes = 200, .interim = 2});
    return take(head, lines);
  };
  CHECK(after({"SSH-2.0\r\n"}) == Stage::wrong);
  CHECK(after({"HTTP/1.1 20 OK\r\n"}) == Stage::wrong);
  CHECK(after({"HTTP/1.1 700 ?\r\n"}) == Stage::wrong);
  CHECK(after({"HTTP/1.1 101 Switching Protocols\r\n", "\r\n"}) == Stage::wrong);
  const std::string large = "x: " + std::string(300, 'x');
  CHECK(after({"HTTP/1.1 200 OK\r\n", large}) == Stage::wrong);
  CHECK(after({"HTTP/1.1 103 E\r\n", "\r\n", "HTTP/1.1 103 E\r\n", "\r\n", "HTTP/1.1 103 E\r\n",
               "\r\n"}) == Stage::wrong);
}

TEST_CASE("lines that are no field are passed over") {
  ResponseHead head({});
  take(head, {"HTTP/1.1 200 OK\r\n", "nonsense\r\n", " folded: 1\r\n", "a: b\r\n", "\r\n"});
  CHECK(head.fields().size() == 1);
}
