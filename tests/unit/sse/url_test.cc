#include "sse/url.h"

#include <catch2/catch.hpp>

using namespace sse;

namespace {

const Url hub = *Url::parse("https://hub.example/.well-known/mercure");

std::string path_of(std::string_view text) {
  const auto url = Url::parse(text, &hub);
  return url ? url->pathname : "(none)";
}

}  // namespace

TEST_CASE("a URL is taken apart and made canonical") {
  const auto url = Url::parse("HTTPS://User:Pa%20ss@Example.COM:8443/a/./b/../c d?q=\"1\"#x y");
  REQUIRE(url);
  CHECK(url->protocol == "https");
  CHECK(url->username == "User");
  CHECK(url->password == "Pa%20ss");
  CHECK(url->hostname == "example.com");
  CHECK(url->port == "8443");
  CHECK(url->pathname == "/a/c%20d");
  CHECK(url->search == "q=%221%22");
  CHECK(url->hash == "x%20y");
  CHECK(Url::parse("https://example.com:443")->port.empty());
  CHECK(Url::parse("https://example.com")->pathname == "/");
  CHECK(Url::parse("https:\\\\example.com\\a")->pathname == "/a");
  CHECK(Url::parse("https://[::1]:80/")->hostname == "[::1]");
  CHECK(Url::parse("https://[::1]:80/")->port == "80");
  CHECK(Url::parse("mailto:a@b")->opaque);
  CHECK(Url::parse("file:///etc/x")->pathname == "/etc/x");
}

TEST_CASE("what is relative is resolved against the hub") {
  CHECK(path_of("a") == "/.well-known/a");
  CHECK(path_of("/a") == "/a");
  CHECK(path_of("..") == "/");
  CHECK(path_of("../../x/") == "/x/");
  CHECK(path_of("") == "/.well-known/mercure");
  CHECK(path_of("?q") == "/.well-known/mercure");
  CHECK(Url::parse("//other.example/x", &hub)->hostname == "other.example");
  CHECK(Url::parse("#x", &hub)->hash == "x");
  CHECK_FALSE(Url::parse("relative"));
}

TEST_CASE("what cannot be a URL is none") {
  for (const char* text : {"https://", "https://a:b/", "https://a:65536/", "https://a b/",
                           "https://a<b/", "https:///"}) {
    INFO(text);
    CHECK_FALSE(Url::parse(text, &hub));
  }
}
