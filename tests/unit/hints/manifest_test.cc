#include "hints/manifest.h"

#include <catch2/catch.hpp>

using hints::Manifest;
using hints::SsrManifest;

namespace {

constexpr std::string_view build = R"({
  "index.html": {
    "file": "assets/main-a1.js",
    "isEntry": true,
    "imports": ["_vendor-b2.js", "_shared-c3.js"],
    "dynamicImports": ["src/Later.js"],
    "css": ["assets/main-a1.css"],
    "assets": ["assets/logo-d4.png"]
  },
  "_vendor-b2.js": {"file": "assets/vendor-b2.js", "imports": ["_shared-c3.js"]},
  "_shared-c3.js": {"file": "assets/shared-c3.js", "css": ["assets/shared-c3.css"],
                    "imports": ["_vendor-b2.js", "_gone.js"]},
  "src/Later.js": {"file": "assets/later-e5.js", "isDynamicEntry": true, "css": ["assets/later.css"]}
})";

std::string reach(const Manifest& manifest, std::string_view file) {
  std::string text;
  for (const Manifest::Piece& piece : manifest.reach(file)) {
    text += piece.file + ":" + std::to_string(piece.line) + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("what a chunk loads is what it imports, all the way down, and nothing dynamic") {
  const Manifest manifest(build);
  CHECK(manifest.fault().empty());
  CHECK(reach(manifest, "assets/main-a1.js") ==
        "assets/main-a1.css:7 assets/logo-d4.png:8 assets/vendor-b2.js:10 assets/shared-c3.js:11 "
        "assets/shared-c3.css:11 ");
  CHECK(reach(manifest, "assets/later-e5.js") == "assets/later.css:13 ");
  CHECK(reach(manifest, "assets/other.js").empty());
}

TEST_CASE("a manifest knows its files and the entries of its pages") {
  const Manifest manifest(build);
  CHECK(manifest.entry_of("index.html") == "assets/main-a1.js");
  CHECK(manifest.entry_of("src/Later.js").empty());
  CHECK(manifest.has_chunk("assets/later-e5.js"));
  CHECK_FALSE(manifest.has_chunk("assets/later.css"));
  CHECK(manifest.names("assets/later.css"));
}

TEST_CASE("what is no manifest is told, and is empty") {
  for (const auto* text :
       {"", "[]", "{", "\"x\"", R"({"name": "app", "icons": []})", "{\"a\":1}"}) {
    INFO(text);
    const Manifest manifest(text);
    CHECK(manifest.empty());
    CHECK_FALSE(manifest.fault().empty());
  }
  CHECK(Manifest("{}").fault().empty());
  CHECK(reach(Manifest(R"({"a": {"file": "a.js", "css": [1, null], "imports": "x"}})"), "a.js") ==
        "");
}

TEST_CASE("chunks that import each other without end are read once") {
  std::string text = "{";
  for (int i = 0; i < 20000; ++i) {
    text += "\"" + std::to_string(i) + "\":{\"file\":\"" + std::to_string(i) +
            ".js\",\"imports\":[\"" + std::to_string((i + 1) % 20000) + "\"]},";
  }
  text.back() = '}';
  CHECK(Manifest(text).reach("0.js").size() == 19999);
}

TEST_CASE("an SSR manifest tells what goes with a file") {
  const SsrManifest manifest(
      R"({"src/A.vue": ["/assets/a.js", "/assets/a.css", "/assets/a.png"],
          "src/B.vue": ["/assets/b.js"], "src/C.vue": ["/assets/a.css", "/assets/c.png"]})");
  CHECK(manifest.companions("/assets/a.css") ==
        std::vector<std::string>{"/assets/a.js", "/assets/a.png", "/assets/c.png"});
  CHECK(manifest.companions("/assets/x.css").empty());
  CHECK_FALSE(SsrManifest(R"({"a": 1})").fault().empty());
}
