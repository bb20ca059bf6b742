#include "static/request_path.h"

#include <catch2/catch.hpp>

using assets::file_path;
using assets::PathFault;

namespace {
std::string good(std::string_view path) { return std::get<std::string>(file_path(path)); }
PathFault fault(std::string_view path) { return std::get<PathFault>(file_path(path)); }
}  // namespace

TEST_CASE("a path is decoded once, and its empty segments dropped") {
  CHECK(good("/") == "");
  CHECK(good("/a/b.js") == "a/b.js");
  CHECK(good("/a/") == "a/");
  CHECK(good("//a///b//") == "a/b/");
  CHECK(good("/a%20b/%c3%a9") == "a b/\xc3\xa9");
  CHECK(good("/%252e%252e/x") == "%2e%2e/x");
  CHECK(good("/a%3fb%23c%25") == "a?b#c%");
  CHECK(good("/a+b") == "a+b");
  CHECK(good("/%c0%af") == "\xc0\xaf");
}

TEST_CASE("dots that climb, stray percent signs and control characters are malformed") {
  for (const auto* path : {"/..",
                           "/../etc/passwd",
                           "/a/../b",
                           "/%2e%2e/x",
                           "/%2E./x",
                           "/.%2e",
                           "/a/..",
                           "/..%2fetc",
                           "/..%5cetc",
                           "/..\\etc",
                           "/%zz",
                           "/%",
                           "/a%4",
                           "/index.html%00.png",
                           "/%0d%0aset-cookie:x",
                           "/%7f",
                           "",
                           "*",
                           "a/b",
                           "https://app.test/a"}) {
    CAPTURE(path);
    CHECK(fault(path) == PathFault::malformed);
  }
}

TEST_CASE("an encoded slash or a backslash has no file") {
  CHECK(fault("/a%2fb") == PathFault::unmappable);
  CHECK(fault("/a%2Fb") == PathFault::unmappable);
  CHECK(fault("/a\\b") == PathFault::unmappable);
  CHECK(fault("/a%5cb") == PathFault::unmappable);
  CHECK(fault("/.git%2fconfig") == PathFault::unmappable);
}

TEST_CASE("names that begin with a dot are hidden, but for a leading .well-known") {
  for (const auto* path :
       {"/.env", "/.git/config", "/a/.htaccess", "/%2eenv", "/./a", "/.../a", "/..;/a", "/....//a",
        "/a/.well-known/x", "/.well-known/.secret", "/.well-known2"}) {
    CAPTURE(path);
    CHECK(fault(path) == PathFault::hidden);
  }
  CHECK(good("/.well-known/acme") == ".well-known/acme");
}

TEST_CASE("a path longer than the kernel's limit is too long") {
  CHECK(fault("/" + std::string(5000, 'a')) == PathFault::too_long);
  CHECK(good("/" + std::string(4000, 'a')).size() == 4000);
}
