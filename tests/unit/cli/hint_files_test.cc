#include "cli/hint_files.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "cli/config.h"
#include "hints/configured_source.h"
#include "tests/unit/static/temporary_folder.h"

using namespace cli;

namespace {

RecommendedPage page_with(std::string path, lab::Arm arm) {
  return {.path = std::move(path),
          .arm = arm,
          .items = {*hints::configured_item("/a.css"), *hints::configured_item("/f.woff2")},
          .dropped = {*hints::configured_item("/b.js")}};
}

}  // namespace

TEST_CASE("recommended hints are a configuration that says what it says") {
  testing::TemporaryFolder folder;
  const auto file = folder / "hints.toml";
  std::ofstream(file) << hints_as_toml(
      {page_with("/", lab::Arm::early_hints),
       {.path = "/bare", .arm = lab::Arm::none, .items = {}, .dropped = {}}},
      "herald compare dist --seed 1");
  const Config config = with_file({}, file);
  CHECK(config.hints.mode == "early-hints");
  REQUIRE(config.hints.pages.size() == 1);
  CHECK(config.hints.pages[0].path == "/");
  CHECK(config.hints.pages[0].only);
  CHECK(config.hints.pages[0].items == std::vector<std::string>{"/a.css", "/f.woff2"});
}

TEST_CASE("pages that do best by different arms are served by whichever a client takes") {
  const std::string text = hints_as_toml(
      {page_with("/", lab::Arm::early_hints), page_with("/b", lab::Arm::push)}, "herald compare");
  CHECK_THAT(text, Catch::Contains("mode = \"auto\""));
}

TEST_CASE("recommended hints are a _headers file with a link for each asset") {
  CHECK(hints_as_headers({page_with("/", lab::Arm::push)}, "herald compare dist --seed 1") ==
        "# Hints by herald compare: herald compare dist --seed 1\n"
        "\n"
        "# Left out, as they cost nothing: /b.js\n"
        "/\n"
        "  Link: </a.css>; rel=preload; as=style\n"
        "  Link: </f.woff2>; rel=preload; as=font; crossorigin; type=\"font/woff2\"\n");
  CHECK(names_headers_file("dist/_headers"));
  CHECK_FALSE(names_headers_file("hints.toml"));
}

TEST_CASE("a file that somebody else wrote is not written over") {
  testing::TemporaryFolder folder;
  const auto file = folder / "_headers";
  CHECK_NOTHROW(require_own_hint_file(file));
  std::ofstream(file) << "# Hints by herald compare: herald compare dist\n";
  CHECK_NOTHROW(require_own_hint_file(file));
  std::ofstream(file) << "/*\n  X-Mine: yes\n";
  CHECK_THROWS_WITH(require_own_hint_file(file), Catch::Contains("name another file"));
}
