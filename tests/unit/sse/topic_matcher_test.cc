#include "sse/topic_matcher.h"

#include <catch2/catch.hpp>

using namespace sse;

namespace {

bool selects(const std::string& selector, std::string_view topic) {
  return TopicMatcher::selector(selector).matches(topic);
}

constexpr std::string_view hub = "https://hub.example/.well-known/mercure";

bool url_matches(const std::string& pattern, std::string_view topic) {
  const auto matcher = TopicMatcher::url_pattern(pattern, hub);
  if (const auto* reason = std::get_if<std::string>(&matcher)) FAIL(*reason);
  return std::get<TopicMatcher>(matcher).matches(topic);
}

bool is_url_pattern(const std::string& pattern) {
  return std::holds_alternative<TopicMatcher>(TopicMatcher::url_pattern(pattern, hub));
}

}  // namespace

TEST_CASE("a selector is everything, a URI template, or the name of one topic") {
  CHECK(TopicMatcher::selector("*").type() == TopicMatcher::Type::any);
  CHECK(TopicMatcher::selector("https://example.com/{id}").type() ==
        TopicMatcher::Type::uri_template);
  CHECK(TopicMatcher::selector("https://example.com/1").is_exact());
  // Not templates: names that happen to have braces.
  for (const char* name : {"a{", "a{}", "a{b", "a b{c}", "{a:0}", "{a:10000}", "{=a}", "{a,}"}) {
    CHECK(TopicMatcher::selector(name).is_exact());
    CHECK(selects(name, name));
  }
  CHECK(selects("*", "anything"));
}

TEST_CASE("a URI template matches what it could have expanded to, and itself") {
  CHECK(selects("https://example.com/books/{id}", "https://example.com/books/1"));
  CHECK(selects("https://example.com/books/{id}", "https://example.com/books/{id}"));
  CHECK(selects("https://example.com/books/{id}", "https://example.com/books/a%20b"));
  CHECK(selects("https://example.com/books/{id}", "https://example.com/books/"));
  CHECK_FALSE(selects("https://example.com/books/{id}", "https://example.com/books/1/2"));
  CHECK_FALSE(selects("https://example.com/books/{id}", "https://example.com/book/1"));
  CHECK_FALSE(selects("https://example.com/books/{id}", "https://example.com/books/1?x"));
  CHECK_FALSE(selects("https://example.com/books/{id}", "https://exampleXcom/books/1"));
  CHECK(selects("https://example.com/{+path}", "https://example.com/a/b?c=d"));
  CHECK(selects("/a{/b*}", "/a/b/c/d"));
  CHECK(selects("/a{/b,c}", "/a/b/c"));
  CHECK_FALSE(selects("/a{/b,c}", "/a/b/c/d"));
  CHECK(selects("/search{?q,lang}", "/search?q=x&lang=en"));
  CHECK(selects("/search{?q,lang}", "/search"));
  CHECK(selects("/page{#part}", "/page#intro"));
  CHECK(selects("/file{.type}", "/file.txt"));
  CHECK(selects("/x{;p}", "/x;p=1"));
  CHECK(selects("/{a:3}/{b}", "/abc/d"));
}

TEST_CASE("a URL pattern matches by component, resolved against the hub") {
  CHECK(url_matches("https://example.com/books/:id", "https://example.com/books/1"));
  CHECK(url_matches("https://example.com/books/:id", "https://EXAMPLE.com:443/books/1"));
  CHECK(url_matches("https://example.com/books/:id", "https://example.com/books/1?page=2#top"));
  CHECK(url_matches("https://example.com/books/:id", "https://example.com/x/../books/1"));
  CHECK_FALSE(url_matches("https://example.com/books/:id", "https://example.com/books/1/2"));
  CHECK_FALSE(url_matches("https://example.com/books/:id", "https://example.com/books/"));
  CHECK_FALSE(url_matches("https://example.com/books/:id", "https://example.com/Books/1"));
  CHECK_FALSE(url_matches("https://example.com/books/:id", "http://example.com/books/1"));
  CHECK_FALSE(url_matches("https://example.com/books/:id", "https://example.com:8443/books/1"));
  CHECK_FALSE(url_matches("https://example.com/books/:id", "books/1"));
  CHECK(url_matches("https://example.com/books/*", "https://example.com/books/1/2"));
  CHECK(url_matches("https://example.com/books{/:id}?", "https://example.com/books"));
  CHECK(url_matches("https://example.com/:a/:b?", "https://example.com/x"));
  CHECK(url_matches("https://example.com/:path+", "https://example.com/x/y/z"));
  CHECK_FALSE(url_matches("https://example.com/:path+", "https://example.com/"));
  CHECK(url_matches("https://*.example.com/", "https://a.b.example.com/"));
  CHECK(url_matches("https://:tenant.example.com/", "https://a.example.com/"));
  CHECK_FALSE(url_matches("https://:tenant.example.com/", "https://a.b.example.com/"));
  CHECK(url_matches("https://example.com/books/(\\d+)", "https://example.com/books/12"));
  CHECK_FALSE(url_matches("https://example.com/books/(\\d+)", "https://example.com/books/x"));
  CHECK(url_matches("https://example.com/a\\:b", "https://example.com/a:b"));
  CHECK(url_matches("https://example.com/search?q=:term", "https://example.com/search?q=cats"));
  CHECK_FALSE(url_matches("https://example.com/search?q=:term", "https://example.com/search"));
  CHECK(url_matches("http{s}?://example.com/", "http://example.com/"));
  CHECK(url_matches("https://example.com", "https://example.com/any/path"));
  CHECK(url_matches("urn\\:uuid\\::id", "urn:uuid:123"));
}

TEST_CASE("relative patterns and relative topics meet at the hub's URL") {
  CHECK(url_matches("/.well-known/mercure/subscriptions/:type/:match/:subscriber",
                    "/.well-known/mercure/subscriptions/exact/a%2Fb/urn%3Auuid%3A1"));
  CHECK(url_matches("/books/:id", "https://hub.example/books/1"));
  CHECK(url_matches("https://hub.example/books/:id", "/books/1"));
  CHECK(url_matches("chat/:room", "chat/lobby"));
  CHECK_FALSE(url_matches("/books/:id", "https://other.example/books/1"));
}

TEST_CASE("what is no URL pattern is refused, and no pattern takes exponential time") {
  for (const char* pattern :
       {"https://example.com/(", "https://example.com/:a/:a", "/{a", "/a\\", "/(?=x)", "/((a))",
        "/(a{9999})", "/(x{1,1000})", "/((?:a{1,9}){1,99})"}) {
    INFO(pattern);
    CHECK_FALSE(is_url_pattern(pattern));
  }
  CHECK(is_url_pattern("*"));
  const std::string topic = "/" + std::string(2000, 'a') + "!";
  CHECK_FALSE(url_matches("/((?:a+)+)", topic));
  CHECK_FALSE(url_matches("/((?:a|a)*)", topic));
}

TEST_CASE("a topic that is a path matches as the same topic written out in full does") {
  const std::string origin = "https://hub.example";
  for (const char* pattern :
       {"/a/:id", "/*", "*", "/a/*\\?x=1", "https://hub.example/a/:id", "https://:host/a/:id",
        "https://hub.example:443/a/*", "http://hub.example/a/*", "https://other.example/*",
        "https://user@hub.example/*", "/a/b", "{/a}?/b", "/a{/b}?", "/:x/:y/:z", "/a//(b+)"}) {
    for (const char* path :
         {"/",      "/a",     "/a/",   "/a/b",      "/a/b/c", "/a//b",  "/a//bb",
          "/b",     "//a/b",  "/a/.b", "/a/../a/b", "/a/./b", "/a/%2e", "/a/b?x=1",
          "/a/b#c", "/a/b c", "/a\\b", "/a/b.c",    "/..",    "/.",     "/a/."}) {
      INFO(pattern << " " << path);
      const std::string full = path[1] == '/' ? std::string("https:") + path : origin + path;
      CHECK(url_matches(pattern, path) == url_matches(pattern, full));
    }
  }
  CHECK(url_matches("/a/:id", "/a/b"));
  CHECK_FALSE(url_matches("http://hub.example/a/*", "/a/b"));
}

TEST_CASE("a URL pattern never matches what is no URL") {
  CHECK_FALSE(url_matches("https://example.com/*", "https://"));
  CHECK_FALSE(url_matches("*://*", "https://exa mple.com/"));
  CHECK_FALSE(url_matches("https://example.com/*", "https://example.com:99999/"));
}

TEST_CASE("a URL pattern of one hub is not that of another, which resolves topics otherwise") {
  const auto of = [](std::string_view base) {
    return std::get<TopicMatcher>(TopicMatcher::url_pattern("/books/:id", base));
  };
  CHECK(of(hub) == of(hub));
  CHECK_FALSE(of(hub) == of("https://other.example/.well-known/mercure"));
  CHECK(of(hub).matches("https://hub.example/books/1"));
  CHECK(distinct({of(hub), of("https://other.example/.well-known/mercure"), of(hub)}).size() == 2);
}

TEST_CASE("matchers are alike when their type and text are") {
  CHECK(TopicMatcher::exact("a") == TopicMatcher::exact("a"));
  CHECK_FALSE(TopicMatcher::exact("a") == TopicMatcher::prefix("a"));
  CHECK(TopicMatcher::prefix("chat/").matches("chat/1"));
  CHECK_FALSE(TopicMatcher::prefix("chat/").matches("chat"));
  CHECK(distinct({TopicMatcher::exact("b"), TopicMatcher::exact("a"), TopicMatcher::exact("b")})
            .size() == 2);
}
