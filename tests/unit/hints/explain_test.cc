#include "hints/explain_handler.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/fake_exchange.h"
#include "tests/unit/hints/fake_site.h"

using testing::FakeExchange;
using testing::FakeSite;
using testing::get;

namespace {

struct Explained {
  Explained() {
    site.put_page("<link rel=stylesheet href=/a.css>\n<script src=/no.js></script>");
    site.put("/a.css");
    site.put("/b.png");
    site.said["/"] = {{"</b.png>; rel=preload; as=image", 2},
                      {"</a.css>; rel=preload; as=style", 3}};
  }
  std::string ask(std::string target, std::initializer_list<http::Field> fields = {}) {
    explain.handle(get(std::move(target), fields), fake.exchange());
    return fake.read();
  }
  FakeSite site;
  net::Loop loop{net::Loop::Time::manual};
  hints::Planner planner{site, loop, {}};
  hints::ExplainHandler explain{planner, hints::Mode::automatic};
  FakeExchange fake;
};

}  // namespace

TEST_CASE_METHOD(Explained, "a plan is explained to programs") {
  CHECK(
      ask("/.herald/explain?url=%2F") ==
      "{\"page\":\"/\",\"mode\":\"auto\",\"items\":["
      "{\"target\":\"/b.png\",\"as\":\"image\",\"link\":\"</b.png>; rel=preload; as=image; "
      "type=\\\"image/png\\\"\",\"push\":false,\"source\":\"_headers\",\"file\":\"/_headers\","
      "\"line\":2,\"also\":[],\"told\":{\"browser\":\"103 if the page takes time, and link\","
      "\"nghttp\":\"link on the page; no 103: not a navigation\",\"curl\":\"link on the page; no "
      "103: not a navigation\"}},"
      "{\"target\":\"/a.css\",\"as\":\"style\",\"link\":\"</a.css>; rel=preload; "
      "as=style\",\"push\":true,\"source\":\"_headers\",\"file\":\"/_headers\",\"line\":3,"
      "\"also\":[{\"source\":\"html\",\"file\":\"/index.html\",\"line\":1}],"
      "\"told\":{\"browser\":\"103 if the page takes time, and link\","
      "\"nghttp\":\"push\",\"curl\":\"link on the page; no 103: not a navigation\"}}],"
      "\"withheld\":[{\"target\":\"/no.js\",\"reason\":\"missing\",\"remedy\":\"Put the file "
      "there, "
      "or take the reference out.\",\"source\":\"html\",\"file\":\"/index.html\",\"line\":2}]}\n");
  CHECK(fake.field("content-type") == "application/json");
  CHECK(fake.field("cache-control") == "no-store");
}

TEST_CASE_METHOD(Explained, "a plan is explained to people") {
  const std::string text = ask("/.herald/explain?format=text");
  CHECK(
      text.starts_with("/ with hints auto: 2 told, 1 withheld\n\n</b.png>; rel=preload; as=image; "
                       "type=\"image/png\"\n  from     /_headers:2 (_headers)\n"
                       "  browser  103 if the page takes time, and link\n"
                       "  nghttp   link on the page; no 103: not a navigation\n"));
  CHECK(text.find("  from     /_headers:3 (_headers), /index.html:1 (html)\n") != text.npos);
  CHECK(
      text.ends_with("withheld /no.js: missing\n  from     /index.html:2 (html)\n"
                     "  remedy   Put the file there, or take the reference out.\n"));
}

TEST_CASE_METHOD(Explained, "a browser gets a page, in which nothing of the site can be markup") {
  site.put("/<b>&\"'.html", "<link rel=stylesheet href='/a.css'><script src='/x.js?<i>'></script>");
  const std::string html =
      ask("/.herald/explain?url=/<b>%26%22'.html", {{"accept", "text/html,application/xhtml+xml"}});
  CHECK(fake.field("content-type") == "text/html; charset=utf-8");
  CHECK(fake.field("content-security-policy").find("default-src 'none'") != std::string::npos);
  CHECK(html.find("<title>Hints for /&lt;b&gt;&amp;&quot;&#39;.html</title>") != html.npos);
  CHECK(html.find("<b>") == html.npos);
  CHECK(html.find("<i>") == html.npos);
  CHECK(html.find("/index.html") == html.npos);
}

TEST_CASE_METHOD(Explained, "each mode says what it does, and does not") {
  using namespace hints;
  const Item style = *configured_item("/a.css");
  const Item image = *configured_item("/a.png");
  const auto& [browser, nghttp, curl] = clients;
  CHECK(way(style, browser, Mode::early_hints) == "103 before the page, and link");
  CHECK(way(style, nghttp, Mode::push) == "push");
  CHECK(way(image, nghttp, Mode::push) == "nothing: not worth a push");
  CHECK(way(style, browser, Mode::push) == "nothing: client refuses push");
  CHECK(way(style, curl, Mode::link) == "link on the page");
  CHECK(way(style, nghttp, Mode::off) == "nothing: not in this mode");
}

TEST_CASE_METHOD(Explained, "a URL of the site will do, and what is none is refused") {
  CHECK(ask("/.herald/explain?url=https://app.test/index.html?q%23x").find("/index.html") !=
        std::string::npos);
  CHECK(fake.status() == 200);
  const auto status = [&](std::string target) {
    FakeExchange other;
    explain.handle(get(std::move(target)), other.exchange());
    return other.status();
  };
  CHECK(status("/.herald/explain?url=https://app.test") == 200);
  CHECK(status("/.herald/explain?page=/") == 200);
  CHECK(status("/.herald/explain?url=/gone") == 404);
  CHECK(status("/.herald/explain?url=gone") == 400);
  CHECK(status("/.herald/explain?format=xml") == 400);
  http::Request post = get("/.herald/explain");
  post.method = "POST";
  FakeExchange refused;
  explain.handle(post, refused.exchange());
  CHECK(refused.status() == 405);
}

TEST_CASE_METHOD(Explained, "what visits have shown is explained beside the plan") {
  hints::Judgement judgement(loop, {});
  hints::ExplainHandler judged(planner, hints::Mode::automatic, &judgement);
  const auto text = [&] {
    FakeExchange answer;
    judged.handle(get("/.herald/explain?format=text"), answer.exchange());
    return answer.read();
  };
  CHECK(text().find("visits") == std::string::npos);
  http::Request request = get("/");
  http::Peer peer;
  for (int i = 0; i < 8; ++i) {
    peer.connection = static_cast<std::uint64_t>(i + 1);
    request.peer = &peer;
    const auto plan = planner.plan("/");
    const auto visit = judgement.judge(request, plan, {}, hints::Mode::automatic).entry;
    judgement.told(visit, std::vector(plan->items.size(), hints::Usage::Told::by_link));
    loop.advance(std::chrono::milliseconds(20));
    judgement.answered(visit, hints::Judgement::Answer::page);
    http::Request asset = get("/a.css");
    asset.peer = &peer;
    judgement.arrived(asset);
    loop.advance(std::chrono::seconds(20));
  }
  CHECK(text().find("8 visits; three of four answers within 20 ms, so a 103 goes to clients whose "
                    "round trip is below 80 ms\n") != std::string::npos);
  CHECK(text().find("  visits   taken in 8 of 8 visits that were told of it; named by the page, so "
                    "fetched anyway\n") != std::string::npos);
  CHECK(text().find("  visits   taken in 0 of 8 visits that were told of it; not left out yet\n") !=
        std::string::npos);
  FakeExchange answer;
  judged.handle(get("/.herald/explain"), answer.exchange());
  CHECK(answer.read().find("\"history\":\"8 visits; ") != std::string::npos);
}
