#include "static/header_rules.h"

#include <catch2/catch.hpp>

using assets::HeaderRules;

namespace {

std::string fields(const HeaderRules& rules, std::string_view path, std::string_view host = "") {
  std::string text;
  for (const http::Field field : rules.applied(host, path).fields) {
    text.append(field.name).append(": ").append(field.value).append("\n");
  }
  return text;
}

}  // namespace

TEST_CASE("every rule that matches adds its fields, in order") {
  const HeaderRules rules(
      "# of all\n/*\n  X-Frame-Options: DENY\n\n/docs/*\r\n\tX-Docs:  yes \r\n  # no\n"
      "/docs/:name\n  X-Name: :name.\n");
  CHECK(rules.faults().empty());
  CHECK(fields(rules, "/a") == "x-frame-options: DENY\n");
  CHECK(fields(rules, "/docs/b c") == "x-frame-options: DENY\nx-docs: yes\nx-name: b%20c.\n");
}

TEST_CASE("the path of a rule may be written percent-encoded or not") {
  const HeaderRules rules("/caf%C3%A9/*\n  X-A: 1\n/café/b\n  X-B: 2\n");
  CHECK(fields(rules, "/café/b") == "x-a: 1\nx-b: 2\n");
}

TEST_CASE("a field that a path makes longer than any client takes is left out") {
  std::string value;
  for (int i = 0; i < 100; ++i) value += "/:splat";
  const HeaderRules rules("/*\n  X-A: 1\n  X-Long: " + value + "\n  Link: <" + value + ">\n");
  CHECK(fields(rules, "/b").starts_with("x-a: 1\nx-long: /b/b"));
  const std::string long_path = "/" + std::string(200, 'p');
  CHECK(fields(rules, long_path) == "x-a: 1\n");
  CHECK(rules.applied("", "/b").links.size() == 1);
  CHECK(rules.applied("", long_path).links.empty());
}

TEST_CASE("fields may stand at the beginning of a line, and a mark in front of the file") {
  CHECK(fields(HeaderRules("\xEF\xBB\xBF/*\nX-A: 1\n/b\nX-B: 2"), "/b") == "x-a: 1\nx-b: 2\n");
}

TEST_CASE("a later rule takes away what an earlier one gave") {
  const HeaderRules rules("/*\n  X-A: 1\n  X-B: 1\n/b\n  ! X-A\n/b\n  X-A: 2\n");
  CHECK(fields(rules, "/b") == "x-b: 1\nx-a: 2\n");
  CHECK(rules.applied("", "/b").removed == std::vector<std::string>{"x-a"});
}

TEST_CASE("links are told one by one, with their line") {
  const HeaderRules rules("/\n  Link: </a.css>; rel=preload; as=style, </b.js>; rel=preload\n");
  const auto links = rules.applied("", "/").links;
  REQUIRE(links.size() == 2);
  CHECK(links[1].value == "</b.js>; rel=preload");
  CHECK(links[1].line == 2);
  CHECK(fields(rules, "/").empty());
}

TEST_CASE("a rule for a host is for that host alone") {
  const HeaderRules rules("https://:sub.app.test/*\n  X-Sub: :sub\n");
  CHECK(fields(rules, "/", "beta.app.test") == "x-sub: beta\n");
  CHECK(fields(rules, "/", "app.test").empty());
  CHECK(fields(rules, "/").empty());
}

TEST_CASE("lines that cannot be honoured are told, and the others count") {
  const HeaderRules rules(
      "X-Early: 1\n/*\n  Content-Length: 5\n  X-Good: 1\n  no field\n  Bad Name: 1\n"
      "  Basic-Auth: me:secret\n  X-Nul: a\x01b\n  ! Date\n/bad?query\n  X-Lost: "
      "1\nhttp://a.test/\n");
  std::vector<unsigned> lines;
  for (const auto& fault : rules.faults()) {
    CHECK_FALSE(fault.reason.empty());
    CHECK_FALSE(fault.remedy.empty());
    lines.push_back(fault.line);
  }
  CHECK(lines == std::vector<unsigned>{1, 3, 5, 6, 7, 8, 9, 10, 12});
  CHECK(fields(rules, "/a") == "x-good: 1\n");
}

TEST_CASE("a file of rules without end is read up to its limit") {
  std::string text;
  for (int i = 0; i < 1200; ++i) text += "/" + std::to_string(i) + "\n  X-A: 1\n";
  const HeaderRules rules(text);
  CHECK(fields(rules, "/999") == "x-a: 1\n");
  CHECK(fields(rules, "/1000").empty());
  CHECK(rules.faults().size() == 200);
  CHECK(HeaderRules("/*\n  X-A: " + std::string(5000, 'a')).faults().size() == 1);
}
