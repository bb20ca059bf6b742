#include "static/redirect_rules.h"

#include <catch2/catch.hpp>

using assets::RedirectRules;
using Exists = RedirectRules::Exists;

namespace {

// "301 /there", or nothing.
std::string verdict(const RedirectRules& rules, std::string_view path, std::string_view query = "",
                    Exists exists = Exists::no) {
  const auto found = rules.decide({"app.test", path, query, exists});
  return found ? std::to_string(found->status) + " " + found->target : "";
}
std::string verdict(std::string_view text, std::string_view path, std::string_view query = "",
                    Exists exists = Exists::no) {
  const RedirectRules rules(text);
  for (const auto& fault : rules.faults()) {
    CHECK(fault.weight == assets::RuleFault::Weight::remark);
  }
  return verdict(rules, path, query, exists);
}

}  // namespace

TEST_CASE("the first rule that matches answers") {
  const RedirectRules rules(
      "# moved\n/home  /  301   # why\n/old https://new.test/x 308\n/news/* /blog/:splat 307\n"
      "/news/a /never\n/:year/:slug /archive/:year?s=:slug 303\n/no-status /there\n");
  CHECK(verdict(rules, "/home") == "301 /");
  CHECK(verdict(rules, "/home/") == "301 /");
  CHECK(verdict(rules, "/old") == "308 https://new.test/x");
  CHECK(verdict(rules, "/news/a") == "307 /blog/a");
  CHECK(verdict(rules, "/news/a/b c") == "307 /blog/a/b%20c");
  CHECK(verdict(rules, "/news") == "307 /blog/");
  CHECK(verdict(rules, "/2026/x") == "303 /archive/2026?s=x");
  CHECK(verdict(rules, "/no-status") == "302 /there");
  CHECK(verdict(rules, "/else").empty());
}

TEST_CASE("a file goes before a rule, unless the rule insists") {
  CHECK(verdict("/a /b 301", "/a", "", Exists::yes).empty());
  CHECK(verdict("/a /b 301!", "/a", "", Exists::yes) == "301 /b");
  CHECK(verdict("/* /index.html 200", "/app.js", "", Exists::yes).empty());
  CHECK(verdict("/* /index.html 200", "/orders/7") == "200 /index.html");
  CHECK(verdict("/en/* /en/404.html 404", "/en/gone") == "404 /en/404.html");
}

TEST_CASE("a path may be written percent-encoded or not, and is told encoded") {
  CHECK(verdict("/stra%C3%9Fe/* /a/:splat 301", "/straße/1") == "301 /a/1");
  CHECK(verdict("/straße /a 301", "/straße") == "301 /a");
  CHECK(verdict("/a /straße?q=ü#ö 301", "/a") == "301 /stra%C3%9Fe?q=%C3%BC#%C3%B6");
  CHECK(verdict("/a /stra%c3%9fe 301", "/a") == "301 /stra%c3%9fe");
  CHECK(verdict("/a%2Ab /x 301", "/a*b") == "301 /x");  // no wildcard
  CHECK(verdict("/a%2Ab /x 301", "/azb").empty());
  CHECK(verdict("/50%off /x 301", "/50%off") == "301 /x");
  CHECK(verdict("/straße/* /stra%c3%9fe/:splat 301", "/straße/1").empty());  // it is there
}

TEST_CASE("the query goes along, unless the rule has one or asks for one") {
  CHECK(verdict("/a /b 301", "/a", "x=1") == "301 /b?x=1");
  CHECK(verdict("/a /b#top 301", "/a", "x=1") == "301 /b?x=1#top");
  CHECK(verdict("/a /b?y=2 301", "/a", "x=1") == "301 /b?y=2");
  CHECK(verdict("/store id=:id /blog/:id 301", "/store", "id=my%20post&x=1") ==
        "301 /blog/my%20post");
  CHECK(verdict("/store id=:id /blog/:id 301", "/store", "x=1").empty());
  CHECK(verdict("/store kind=a /a 301\n/store /b 301", "/store", "kind=b") == "301 /b?kind=b");
}

TEST_CASE("nobody can send clients elsewhere by the path") {
  CHECK(verdict("/go/* /:splat 301", "/go//evil.test") == "301 /evil.test");
  CHECK(verdict("/go/* /:splat 301", "/go/\\evil.test") == "301 /%5Cevil.test");
  CHECK(verdict("/:sub/* https://:sub.app.test/:splat 301", "/evil.test@x/a") ==
        "301 https://eviltestx.app.test/a");
  CHECK(verdict("/a /b 301", "/a", "x=\r\nset-cookie:1") == "301 /b");
}

TEST_CASE("a redirect for a host is for that host alone") {
  CHECK(verdict("https://blog.test/* /x 301\nhttps://app.test/* /y 301", "/a") == "301 /y");
}

TEST_CASE("a rule that leads to where the client is does not match") {
  CHECK(verdict("/docs /docs/ 301\n/docs/ /x 301", "/docs/") == "301 /x");
  CHECK(verdict("/* https://app.test/:splat 301!", "/a/b").empty());
  CHECK(verdict("/* https://www.test/:splat 301!", "/a/b") == "301 https://www.test/a/b");
}

TEST_CASE("a target that would be too long for a client is refused as 414") {
  std::string to;
  for (int i = 0; i < 100; ++i) to += "/:splat";
  const std::string often = "/a/* " + to + " 301\n";
  const std::string path(162, 'p');  // with the '/' before each, 163 bytes a hundred times
  CHECK(verdict(often, "/a/" + path).size() == std::string_view("301 ").size() + 16300);
  CHECK(verdict(often, "/a/" + path + "p") == "414 ");
  CHECK(verdict(often, "/a/" + std::string(4000, 'p')) == "414 ");
}

TEST_CASE("rules that lead round in circles are found") {
  CHECK(RedirectRules("/a /b 301\n/b /a 301\n/c /a 301\n/d /e 301\n").loops() ==
        std::vector<unsigned>{1, 2, 3});
  CHECK(RedirectRules("/x/* /x/y/:splat 301\n").loops() == std::vector<unsigned>{1});
  CHECK(RedirectRules("/a /b 301\n/b /c 301\n/* /index.html 200\n").loops().empty());
  CHECK(RedirectRules("/ü/* /b/:splat 301\n/b/* /%C3%BC/:splat 301\n").loops() ==
        std::vector<unsigned>{1, 2});
  CHECK(RedirectRules("/* /a%zz/:splat 301\n").loops().empty());  // is no path
}

TEST_CASE(
    "rules that lead to ever longer paths go round in circles, and are followed a little way") {
  std::string target;
  for (int i = 0; i < 200; ++i) target += "/:splat";
  const RedirectRules rules("/* " + target + " 301\n");
  CHECK(rules.loops() == std::vector<unsigned>{1});
}

TEST_CASE("what is not honoured is told with its line, and passed over") {
  const RedirectRules rules(
      "/a /b 301 Country=de\n/b https://api.test/:splat 200\n/c /d 410\n/e\n/f /g abc\n"
      "nowhere /x\nhttp://app.test/* https://app.test/:splat 301!\n/*/a/* /b 301\n"
      "/l /m Language=en\n/ok /fine 301\n");
  std::vector<unsigned> lines;
  for (const auto& fault : rules.faults()) {
    CHECK_FALSE(fault.remedy.empty());
    lines.push_back(fault.line);
  }
  CHECK(lines == std::vector<unsigned>{1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(verdict(rules, "/a").empty());
  CHECK(verdict(rules, "/ok") == "301 /fine");
}
