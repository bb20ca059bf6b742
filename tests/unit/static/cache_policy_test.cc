#include "static/cache_policy.h"

#include <catch2/catch.hpp>

#include "server/net/error.h"

using assets::hashed_name;

TEST_CASE("names with a hash of the content are recognised") {
  for (const auto* path : {
           "/assets/index-DiwrgTda.js",      // Vite, no digit
           "/assets/index-DiwrgTda.js.map",  //
           "/assets/index-B4xyZk2Q.js",      // Vite
           "/index-B4xyZk2Q.css",            //
           "/assets/index-BXy-_3k2.js",      // Vite, base64url
           "/assets/index-_3k2BXy-.js",      //
           "/main.8e3f2a1b.css",             // webpack
           "/static/js/main.8e3f2a1b.chunk.js",
           "/static/js/787.2f4c9b1e.chunk.js.map",
           "/_next/static/chunks/main-a3f09c1b5d7e2f48.js",
           "/8e3f2a1b4c5d6e7f8091.png",                          // webpack's asset modules
           "/chunk-5GRKVJ6O.js",                                 // esbuild
           "/main-QWERT7Y2.js",                                  // Angular
           "/application-908e25f4bf641868d8683022a5b62f54.css",  // Sprockets, digest shortened
           "/app_8e3f2a1b.js",
           "/app-k3j9x2mq.js",
           "/logo.a1b2c3d4e5.svg",
       }) {
    CAPTURE(path);
    CHECK(hashed_name(path));
  }
}

TEST_CASE("names without one are not, whatever they look like") {
  for (const auto* path : {
           "/jquery-migrate.js",
           "/bootstrap-datepicker.js",
           "/my-component.js",
           "/index.html",
           "/app.js",
           "/assets/app.js",
           "/jquery-3.7.1.min.js",
           "/bootstrap5.css",
           "/report-20240131.pdf",
           "/report.20240131.csv",
           "/app-MyButton.js",
           "/iOS17Beta.js",
           "/app-Version2.js",
           "/photo-Summer24.jpg",
           "/README",
           "/8e3f2a1b",
           "/8e3f2a1b.js/x.css",
           "/deadbeef.css",
           "/facade12.css",
           "/app-v2-Beta1.js",
           "/foo-bar-Baz1.js",
           "/assets/photo-portrait.jpg",
           "/assets/photo-Portrait.jpg",
           "/assets/MyButton.js",
           "/es2015-polyfills.js",
           "/windows-1252.js",
           "/a-b.js",
           "/-.js",
           "/.js",
           "/",
           "/angular-sanitize.min.js",
           "/polyfill.es2019.js",
           "/LICENSES-ALLOWED.txt",
           "/font-awesome.min.css",
           "/docs-HTMLParser.js",
           "/html5shiv.min.js",
           "/x-12345678.js",
       }) {
    CAPTURE(path);
    CHECK_FALSE(hashed_name(path));
  }
}

TEST_CASE("pages are revalidated, hashed names kept for good, others fresh for a minute") {
  const assets::CachePolicy policy;
  CHECK(policy.of("/index.html", "text/html; charset=utf-8") == "no-cache");
  CHECK(policy.of("/index-B4xyZk2Q.html", "text/html; charset=utf-8") == "no-cache");
  CHECK(policy.of("/main.8e3f2a1b.css", "text/css") == "public, max-age=31536000, immutable");
  CHECK(policy.of("/main.css", "text/css") == "public, max-age=60");
}

TEST_CASE("the first rule that matches decides") {
  const assets::CachePolicy policy(
      {{"/private/*", "no-store"}, {"*.woff2", "public, max-age=604800"}, {"/*", "no-cache"}});
  CHECK(policy.of("/private/deep/a.woff2", "font/woff2") == "no-store");
  CHECK(policy.of("/fonts/a.woff2", "font/woff2") == "public, max-age=604800");
  CHECK(policy.of("/main.8e3f2a1b.css", "text/css") == "no-cache");
}

TEST_CASE("a rule whose value could not be sent is refused") {
  CHECK_THROWS_AS(
      (assets::CachePolicy(std::vector<assets::CacheRule>{{"*", "a\r\nset-cookie: b"}})),
      net::Error);
  CHECK_THROWS_AS((assets::CachePolicy(std::vector<assets::CacheRule>{{"", "no-store"}})),
                  net::Error);
}
