#include "static/media_type.h"

#include <catch2/catch.hpp>

#include "tests/unit/static/temporary_folder.h"

using assets::Compressibility;

TEST_CASE("the web's own types are right without any table of the system") {
  const assets::MediaTypes types("/does/not/exist");
  CHECK(types.of("index.html") == "text/html; charset=utf-8");
  CHECK(types.of("a/b.c/style.css") == "text/css; charset=utf-8");
  CHECK(types.of("app.js") == "text/javascript; charset=utf-8");
  CHECK(types.of("app.mjs") == "text/javascript; charset=utf-8");
  CHECK(types.of("app.js.map") == "application/json");
  CHECK(types.of("a.json") == "application/json");
  CHECK(types.of("a.wasm") == "application/wasm");
  CHECK(types.of("a.webmanifest") == "application/manifest+json");
  CHECK(types.of("a.avif") == "image/avif");
  CHECK(types.of("a.webp") == "image/webp");
  CHECK(types.of("a.woff2") == "font/woff2");
  CHECK(types.of("a.svg") == "image/svg+xml");
  CHECK(types.of("a.mp4") == "video/mp4");
  CHECK(types.of("a.webm") == "video/webm");
  CHECK(types.of("a.txt") == "text/plain; charset=utf-8");
  CHECK(types.of("a.md") == "text/markdown; charset=utf-8");
  CHECK(types.of("a.xml") == "application/xml");
  CHECK(types.of("a.pdf") == "application/pdf");
  CHECK(types.of("favicon.ico") == "image/x-icon");
  CHECK(types.of("PHOTO.JPG") == "image/jpeg");
  CHECK(types.of("a.js.gz") == "application/gzip");
}

TEST_CASE("what is unknown is a stream of bytes") {
  const assets::MediaTypes types("/does/not/exist");
  CHECK(types.of("LICENSE") == "application/octet-stream");
  CHECK(types.of("a.b/LICENSE") == "application/octet-stream");
  CHECK(types.of("a.unheard") == "application/octet-stream");
  CHECK(types.of("a.") == "application/octet-stream");
  CHECK(types.of("") == "application/octet-stream");
}

TEST_CASE("the system's table adds types and never changes the web's own") {
  const testing::TemporaryFolder folder;
  folder.write(
      "mime.types",
      "# comment\ntext/x-odd odd ODD2 # more\napplication/javascript js\n\nimage/x-lonely\n");
  const assets::MediaTypes types((folder / "mime.types").string());
  CHECK(types.of("a.odd") == "text/x-odd; charset=utf-8");
  CHECK(types.of("a.odd2") == "text/x-odd; charset=utf-8");
  CHECK(types.of("a.js") == "text/javascript; charset=utf-8");
}

TEST_CASE("what a page needs first is more urgent") {
  const assets::MediaTypes types("/does/not/exist");
  const auto urgency = [&](std::string_view path) {
    return assets::priority_of(types.of(path), path).urgency;
  };
  CHECK(urgency("index.html") == 0);
  CHECK(urgency("a.css") == 1);
  CHECK(urgency("a.js") == 1);
  CHECK(urgency("a.mjs") == 2);
  CHECK(urgency("a.woff2") == 2);
  CHECK(urgency("a.png") == 4);
  CHECK(urgency("a.json") == 4);
  CHECK(urgency("a.mp4") == 6);
  CHECK(urgency("a.zip") == 6);
}

TEST_CASE("text compresses, media does not") {
  const auto of = assets::compressibility_of;
  CHECK(of("text/html; charset=utf-8") == Compressibility::text);
  CHECK(of("image/svg+xml") == Compressibility::text);
  CHECK(of("application/wasm") == Compressibility::text);
  CHECK(of("application/manifest+json") == Compressibility::text);
  CHECK(of("image/png") == Compressibility::compressed);
  CHECK(of("font/woff2") == Compressibility::compressed);
  CHECK(of("application/gzip") == Compressibility::compressed);
  CHECK(of("application/octet-stream") == Compressibility::unknown);
}
