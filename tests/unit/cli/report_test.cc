#include "cli/report.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/admin.h"

using cli::admin_token_of;
using cli::Fault;
using Json = nlohmann::json;

namespace {

std::vector<Fault> some() {
  return {std::string("a sentence"),
          {Fault::Level::error, "missing", "my site/index.html", 3, "/a.css", "missing", "Add it."},
          {Fault::Level::note, "size", "my site/index.html", 0, "/b\xFF", "size", "Bundle."},
          {Fault::Level::error, "missing", "", 0, "/c", "missing", "Add it."}};
}

}  // namespace

TEST_CASE("a fault is one line with its place") {
  CHECK(some()[1].text == "my site/index.html:3: /a.css: missing. Add it.");
  CHECK(some()[3].text == "configuration: /c: missing. Add it.");
  CHECK(cli::failing(some()));
  CHECK_FALSE(cli::failing({some()[2]}));
  CHECK_FALSE(cli::failing({}));
}

TEST_CASE("faults are told to programs") {
  const Json json = Json::parse(cli::json_report(some()));
  REQUIRE(json["faults"].size() == 4);
  CHECK(json["faults"][1]["line"] == 3);
  CHECK(json["faults"][2]["level"] == "note");
}

TEST_CASE("faults are told in SARIF, each rule once") {
  const Json log = Json::parse(cli::sarif_report(some()));
  CHECK(log["version"] == "2.1.0");
  const Json& only = log["runs"][0];
  CHECK(only["tool"]["driver"]["rules"].size() == 3);
  REQUIRE(only["results"].size() == 4);
  for (const Json& result : only["results"]) {
    CHECK(only["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"] ==
          result["ruleId"]);
    CHECK(result["message"]["text"].is_string());
  }
  const Json& place = only["results"][1]["locations"][0]["physicalLocation"];
  CHECK(place["artifactLocation"]["uri"] == "my%20site/index.html");
  CHECK(place["region"]["startLine"] == 3);
  CHECK_FALSE(only["results"][2]["locations"][0]["physicalLocation"].contains("region"));
  CHECK_FALSE(only["results"][0].contains("locations"));
  CHECK(Json::parse(cli::sarif_report({}))["runs"][0]["results"].empty());
}

TEST_CASE("an admin token is read from either scheme") {
  CHECK(admin_token_of("Bearer abc") == "abc");
  CHECK(admin_token_of("bearer  abc ") == "abc");
  CHECK(admin_token_of("Basic YW5uYTphYmM6ZA==") == "abc:d");
  CHECK(admin_token_of("Basic YW5uYQ==").empty());
  CHECK(admin_token_of("Basic ====").empty());
  CHECK(admin_token_of("Basic =").empty());
  CHECK(admin_token_of("Digest abc").empty());
  CHECK(admin_token_of("").empty());
}
