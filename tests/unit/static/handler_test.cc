#include "static/handler.h"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/support/fake_exchange.h"
#include "tests/unit/static/temporary_folder.h"

using namespace std::chrono_literals;
using assets::FileHandler;
using testing::FakeExchange;
using testing::get;

namespace {

class Next final : public http::Handler {
 public:
  int asked = 0;
  void handle(const http::Request&, http::Exchange exchange) override {
    ++asked;
    exchange.respond(http::text_response(299, "text/plain", "next"));
  }
};

struct Site {
  testing::TemporaryFolder root;
  net::Loop loop{net::Loop::Time::manual};
  assets::AssetStore::Options store_options;
  FileHandler::Options options;
  std::unique_ptr<assets::AssetStore> store;
  std::unique_ptr<FileHandler> handler;

  Site() {
    root.write("index.html", "<h1>home</h1>");
    root.write("ten.bin", "0123456789");
    root.set_modified("ten.bin", 784111777);
    root.write("docs/index.html", "docs");
    root.write("app.js", std::string(5000, 'x'));
  }
  FakeExchange ask(const http::Request& request) {
    if (!handler) {
      store = std::make_unique<assets::AssetStore>(loop, root.path(), store_options);
      handler = std::make_unique<FileHandler>(*store, options);
    }
    FakeExchange fake;
    handler->handle(request, fake.exchange());
    return fake;
  }
  FakeExchange ask(std::string method, std::string target) {
    http::Request request = get(std::move(target));
    request.method = std::move(method);
    return ask(request);
  }
};

const std::initializer_list<http::Field> navigation{{"sec-fetch-mode", "navigate"}};

}  // namespace

TEST_CASE_METHOD(Site, "GET and HEAD have the same fields and length") {
  auto whole = ask(get("/ten.bin"));
  auto head = ask("HEAD", "/ten.bin");
  CHECK(whole.status() == 200);
  CHECK(head.status() == 200);
  CHECK(whole.response().prepared == head.response().prepared);
  CHECK(whole.response().body->length() == 10);
  CHECK(head.response().body->length() == 10);
  CHECK(whole.read() == "0123456789");
  CHECK(whole.response().fields.empty());
  CHECK(whole.response().priority.urgency == 6);
}

TEST_CASE_METHOD(Site, "other methods are refused, unknown ones as unknown") {
  for (const auto* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"}) {
    auto refused = ask(method, "/ten.bin");
    CHECK(refused.status() == 405);
    CHECK(refused.field("allow") == "GET, HEAD");
  }
  CHECK(ask("BREW", "/ten.bin").status() == 501);
  CHECK(ask("get", "/ten.bin").status() == 501);
  CHECK(ask("OPTIONS", "*").status() == 405);
}

TEST_CASE_METHOD(Site, "a folder without its slash is redirected, with the query, on this site") {
  root.write("a?b#c%d\"e/index.html", "odd");
  auto moved = ask(get("/docs?x=1&y=//evil"));
  CHECK(moved.status() == 308);
  CHECK(moved.field("location") == "/docs/?x=1&y=//evil");
  CHECK(ask(get("//docs")).field("location") == "/docs/");
  CHECK(ask(get("/a%3Fb%23c%25d%22e")).field("location") == "/a%3Fb%23c%25d%22e/");
  std::filesystem::create_directories(root / "evil.test");
  CHECK(ask(get("//evil.test")).field("location") == "/evil.test/");
  CHECK(ask(get("//evil.test/..")).status() == 400);
  CHECK(ask(get("///evil.test//")).status() == 404);
}

TEST_CASE_METHOD(Site, "validators give 304 with etag, cache-control and vary and no body") {
  http::Request request = get("/app.js", {{"accept-encoding", "br"}});
  auto first = ask(request);
  CHECK(first.field("content-encoding") == "br");
  request.fields.add("if-none-match", first.field("etag"));
  auto second = ask(request);
  CHECK(second.status() == 304);
  CHECK(second.field("etag") == first.field("etag"));
  CHECK(second.field("cache-control") == "public, max-age=60");
  CHECK(second.field("vary") == "accept-encoding");
  CHECK_FALSE(second.response().body);
  CHECK(ask(get("/app.js", {{"if-none-match", first.field("etag")}})).status() == 200);
  CHECK(ask(get("/ten.bin", {{"if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"}})).status() ==
        304);
  CHECK(ask(get("/ten.bin", {{"if-match", "\"other\""}})).status() == 412);
}

TEST_CASE_METHOD(Site, "a date that build tools write everywhere is no validator") {
  root.write("built.js", "first!");
  root.set_modified("built.js", 1);
  auto first = ask(get("/built.js"));
  CHECK(first.field("last-modified") == "(none)");
  CHECK(first.field("etag") != "(none)");
  const http::Field since{"if-modified-since", "Thu, 01 Jan 1970 00:00:01 GMT"};
  CHECK(ask(get("/built.js", {since})).status() == 200);
  CHECK(ask(get("/built.js", {{"if-range", since.value}, {"range", "bytes=0-1"}})).status() == 200);
}

TEST_CASE_METHOD(Site, "ranges") {
  auto one = ask(get("/ten.bin", {{"range", "bytes=2-4"}}));
  CHECK(one.status() == 206);
  CHECK(one.field("content-range") == "bytes 2-4/10");
  CHECK(one.read() == "234");

  auto none = ask(get("/ten.bin", {{"range", "bytes=10-"}}));
  CHECK(none.status() == 416);
  CHECK(none.field("content-range") == "bytes */10");

  CHECK(ask(get("/ten.bin", {{"range", "bytes=0-,0-,0-,0-"}})).read() == "0123456789");
  CHECK(ask(get("/ten.bin", {{"range", "bytes=5-18446744073709551616"}})).read() == "56789");
  CHECK(ask(get("/ten.bin", {{"range", "bytes=0-1"}, {"if-range", "\"x\""}})).status() == 200);
}

TEST_CASE_METHOD(Site, "several ranges are one multipart body of the length it says") {
  auto many = ask(get("/ten.bin", {{"range", "bytes=0-0,-1"}}));
  CHECK(many.status() == 206);
  CHECK(many.field("content-range") == "(none)");
  CHECK(many.field("accept-ranges") == "bytes");
  const std::string type = many.field("content-type");
  const std::string prefix = "multipart/byteranges; boundary=";
  REQUIRE(type.starts_with(prefix));
  const std::string line = "--" + type.substr(prefix.size());
  const auto length = many.response().body->length();
  const std::string body = many.read(7);
  CHECK(many.ended);
  CHECK(
      body ==
      line +
          "\r\ncontent-type: application/octet-stream\r\ncontent-range: bytes 0-0/10\r\n\r\n0\r\n" +
          line +
          "\r\ncontent-type: application/octet-stream\r\ncontent-range: bytes 9-9/10\r\n\r\n9\r\n" +
          line + "--\r\n");
  CHECK(length == body.size());
}

TEST_CASE_METHOD(Site, "a range of a compressed variant is a range of its own bytes") {
  root.write("big.txt.br", "COMPRESSED");
  root.write("big.txt", std::string(1000, 'x'));
  root.set_modified("big.txt", 1000);
  auto plain = ask(get("/big.txt"));
  auto part = ask(get("/big.txt", {{"accept-encoding", "br"}, {"range", "bytes=0-2"}}));
  CHECK(part.field("content-range") == "bytes 0-2/10");
  CHECK(part.read() == "COM");
  CHECK(part.field("content-encoding") == "br");
  CHECK(ask(get("/big.txt", {{"accept-encoding", "br"},
                             {"range", "bytes=0-2"},
                             {"if-range", plain.field("etag")}}))
            .status() == 200);
}

TEST_CASE_METHOD(Site, "an empty file is whole whatever is asked of it") {
  root.write("empty.txt", "");
  auto empty = ask(get("/empty.txt", {{"range", "bytes=0-"}}));
  CHECK(empty.status() == 200);
  CHECK(empty.read().empty());
  CHECK(empty.ended);
}

TEST_CASE_METHOD(Site, "refusing identity of a file that has no other coding gives 406") {
  CHECK(ask(get("/ten.bin", {{"accept-encoding", "identity;q=0"}})).status() == 406);
  CHECK(
      ask(get("/app.js", {{"accept-encoding", "gzip, identity;q=0"}})).field("content-encoding") ==
      "gzip");
}

TEST_CASE_METHOD(Site, "404.html is sent with its status, and without validators") {
  CHECK(ask(get("/nothing")).field("content-type") == "application/problem+json");
  root.write("404.html", "<h1>lost</h1>");
  loop.advance(1s);
  auto lost = ask(get("/nothing"));
  CHECK(lost.status() == 404);
  CHECK(lost.field("content-type") == "text/html; charset=utf-8");
  CHECK(lost.field("etag") == "(none)");
  CHECK(lost.field("cache-control") == "no-cache");
  CHECK(lost.read() == "<h1>lost</h1>");
  CHECK(ask(get("/nothing", {{"range", "bytes=0-0"}, {"if-none-match", "*"}})).status() == 404);
}

TEST_CASE_METHOD(Site, "a single-page app's navigations get its page, its missing assets do not") {
  options.spa = FileHandler::Spa::on;
  auto page = ask(get("/users/7", navigation));
  CHECK(page.status() == 200);
  CHECK(page.field("cache-control") == "no-cache");
  CHECK(page.read() == "<h1>home</h1>");
  CHECK(ask(get("/users/7", {{"accept", "text/html,*/*"}})).status() == 200);
  CHECK(ask(get("/users/v1.2", navigation)).status() == 200);
  CHECK(ask(get("/users/v1.2", {{"accept", "text/html"}})).status() == 404);
  CHECK(ask(get("/missing.js", {{"accept", "*/*"}})).status() == 404);
  CHECK(ask(get("/users/7", {{"sec-fetch-mode", "cors"}, {"accept", "text/html"}})).status() ==
        404);
  CHECK(ask(get("/.env", navigation)).status() == 404);
  CHECK(ask(get("/..", navigation)).status() == 400);
  CHECK(ask(get("/ten.bin", navigation)).read() == "0123456789");
}

TEST_CASE_METHOD(Site, "what has no file is asked of the next handler, whatever the method") {
  Next next;
  options.next = &next;
  root.write("404.html", "lost");
  CHECK(ask(get("/api")).status() == 299);
  CHECK(ask("POST", "/api").status() == 299);
  CHECK(ask(get("/api/a%2Fb")).status() == 299);
  CHECK(next.asked == 3);
  CHECK(ask("POST", "/ten.bin").status() == 405);
  CHECK(ask(get("/ten.bin")).status() == 200);
  CHECK(ask(get("/../x")).status() == 400);
  CHECK(next.asked == 3);
}

TEST_CASE_METHOD(Site, "a folder without a page has no file: its path is the next handler's") {
  Next next;
  options.next = &next;
  root.write("blog/2024/a.png", "x");
  CHECK(ask(get("/blog")).status() == 299);
  CHECK(ask("POST", "/blog").status() == 299);
  CHECK(ask(get("/blog/")).status() == 299);
  CHECK(next.asked == 3);
  CHECK(ask(get("/docs")).status() == 308);
  CHECK(ask("POST", "/docs").status() == 405);
  CHECK(next.asked == 3);
}

TEST_CASE_METHOD(Site, "every answer forbids sniffing") {
  for (const auto* target : {"/ten.bin", "/docs", "/nothing", "/%zz"}) {
    CHECK(ask(get(target)).field("x-content-type-options") == "nosniff");
  }
  CHECK(ask("POST", "/").field("x-content-type-options") == "nosniff");
  CHECK(ask(get("/ten.bin", {{"range", "bytes=99-"}})).field("x-content-type-options") ==
        "nosniff");
}

TEST_CASE_METHOD(Site, "a file replaced while it is sent is sent to its end as it was") {
  store_options.reader.memory_limit = 100;
  root.write("large.bin", std::string(50000, 'a'));
  auto reading = ask(get("/large.bin"));
  CHECK(reading.response().body->length() == 50000);
  root.write("new", std::string(50000, 'b'));
  std::filesystem::rename(root / "new", root / "large.bin");
  loop.advance(1s);
  CHECK(ask(get("/large.bin")).read() == std::string(50000, 'b'));
  CHECK(reading.read(1000) == std::string(50000, 'a'));
  CHECK(reading.ended);
}

TEST_CASE_METHOD(Site, "a file that grows while it is sent ends where it ended before") {
  store_options.reader.memory_limit = 100;
  root.write("large.bin", std::string(5000, 'a'));
  auto reading = ask(get("/large.bin"));
  root.write("large.bin", std::string(9000, 'a'));
  CHECK(reading.read(1000) == std::string(5000, 'a'));
}

TEST_CASE_METHOD(Site, "a file truncated while it is sent throws, after what was there") {
  store_options.reader.memory_limit = 100;
  root.write("large.bin", std::string(5000, 'a'));
  auto reading = ask(get("/large.bin"));
  std::vector<std::byte> buffer(2000);
  http::Body& body = *reading.response().body;
  CHECK(body.read(buffer, reading.waker) == http::Read{2000, false});
  std::filesystem::resize_file(root / "large.bin", 2500);
  CHECK_THROWS_WITH(body.read(buffer, reading.waker), Catch::Contains("large.bin became shorter"));
}

TEST_CASE_METHOD(Site, "an asset in memory is answered from what was prepared") {
  auto first = ask(get("/app.js", {{"accept-encoding", "gzip, br"}}));
  auto second = ask(get("/app.js?v=2", {{"accept-encoding", "gzip, br"}}));
  CHECK(first.response().prepared == second.response().prepared);
  CHECK(second.response().fields.empty());
}

TEST_CASE_METHOD(Site,
                 "a request for a file that takes long to compress is answered when that is done") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "line " + std::to_string(i) + '\n';
  root.write("large.js", text);
  net::Background background(loop);
  store_options.background = &background;
  store_options.most_at_once = 1000;
  const auto wanted = [](std::initializer_list<http::Field> more) {
    http::Request request = get("/large.js");
    request.fields.add("accept-encoding", "br");
    for (const auto& [name, value] : more) request.fields.add(name, value);
    return request;
  };
  const auto wait_for = [&](FakeExchange& fake) {
    for (int tries = 0; !fake.answered() && tries < 5000; ++tries) {
      std::this_thread::sleep_for(1ms);
      loop.settle();
    }
  };
  auto first = ask(wanted({}));
  auto meanwhile = ask(get("/ten.bin"));
  CHECK(meanwhile.status() == 200);
  auto second = ask(wanted({{"if-none-match", "*"}}));
  CHECK_FALSE(first.answered());
  wait_for(first);
  wait_for(second);
  CHECK(first.status() == 200);
  CHECK(first.field("content-encoding") == "br");
  CHECK(second.status() == 304);
  auto later = ask(wanted({}));
  CHECK(later.status() == 200);
  CHECK(later.field("etag") == first.field("etag"));
  handler.reset();
  store.reset();
}
