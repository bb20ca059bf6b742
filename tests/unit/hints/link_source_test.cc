#include "hints/link_source.h"

#include <catch2/catch.hpp>

using namespace hints;

namespace {

const std::vector<std::string> origins{"https://app.test"};

Item item(std::string_view link, std::string_view page = "/") {
  const LinkOutcome outcome = read_link(link, page, origins).outcome;
  INFO(link);
  REQUIRE(std::holds_alternative<Item>(outcome));
  return std::get<Item>(outcome);
}

std::string withheld(std::string_view link) {
  const LinkOutcome outcome = read_link(link, "/", origins).outcome;
  const auto* one = std::get_if<LinkWithheld>(&outcome);
  return one ? one->target + ": " + std::string(words(one->reason)) : "";
}

}  // namespace

TEST_CASE("a preload in a link is an item as it says") {
  const Item style =
      item("</a.css>; rel=preload; as=style; fetchpriority=HIGH; integrity=sha256-x");
  CHECK(style.target == "/a.css");
  CHECK(style.as == As::style);
  CHECK(style.rel == Rel::preload);
  CHECK(style.cors == Cors::none);
  CHECK(style.fetch_priority == "high");
  CHECK(style.integrity == "sha256-x");
  CHECK(style.push == Pushable::yes);
  CHECK(item("</f.woff2>; rel=preload; as=font; crossorigin; type=\"font/woff2\"").cors ==
        Cors::anonymous);
  CHECK(item("</x>; rel=preload; as=fetch; crossorigin=use-credentials").cors == Cors::credentials);
  CHECK(item("</a.js>; rel=preload; as=script; nopush").push == Pushable::no);
  CHECK(item("</m.js>; rel=modulepreload").rel == Rel::modulepreload);
}

TEST_CASE("a relative target starts from the page") {
  CHECK(item("<a.css>; rel=preload; as=style", "/docs/intro").target == "/docs/a.css");
  const auto relative = [](std::string_view link) {
    return read_link(link, "/docs/intro", origins).relative;
  };
  CHECK(relative("<a.css>; rel=preload; as=style"));
  CHECK(relative("<a.css>; rel=preload; as=style; media=print"));
  CHECK_FALSE(relative("</a.css>; rel=preload; as=style"));
  CHECK_FALSE(relative("<https://app.test/a.css>; rel=preload; as=style"));
  CHECK_FALSE(relative("<https://cdn.test/a.css>; rel=preload; as=style"));
}

TEST_CASE("a link that does no good in advance is withheld with the reason") {
  CHECK(withheld("<https://cdn.test/a.css>; rel=preload; as=style") ==
        "https://cdn.test/a.css: other origin");
  CHECK(withheld("</a.css>; rel=preload") == "/a.css: unsupported as");
  CHECK(withheld("</a.mp4>; rel=preload; as=video") == "/a.mp4: unsupported as");
  CHECK(withheld("</a.css>; rel=preload; as=style; media=print") == "/a.css: responsive");
  CHECK(withheld("</a.png>; rel=preload; as=image; imagesrcset=\"/b.png 2x\"") ==
        "/a.png: responsive");
}

TEST_CASE("only what is the business of the plan is kept from the answer") {
  CHECK(planned("</a.css>; rel=preload; as=style", origins));
  CHECK(planned("</a.css>; rel=preload", origins));
  CHECK_FALSE(planned("<https://cdn.test>; rel=preconnect", origins));
  CHECK_FALSE(planned("<https://cdn.test/a.css>; rel=preload; as=style", origins));
  CHECK(planned("<https://app.test/a.css>; rel=preload; as=style", origins));
  CHECK_FALSE(planned("</x>; rel=canonical", origins));
  CHECK_FALSE(planned("no link", origins));
  CHECK_FALSE(planned("</a.css>; rel=preload; as=style; anchor=\"#x\"", origins));
}
