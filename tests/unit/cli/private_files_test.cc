#include "cli/private_files.h"

#include <stdlib.h>

#include <catch2/catch.hpp>

#include "cli/lint.h"
#include "tests/unit/certs/folder.h"

namespace fs = std::filesystem;

namespace {

// A folder with a site in it; each case says where a private file is.
struct Site {
  testing::Folder folder;
  cli::Config config;

  Site() {
    fs::create_directories(folder / "site/deep");
    config.serve.root = (folder / "site").string();
    config.serve.cert = "/etc/herald/chain.pem";  // no development certificate
  }
  std::string at(const std::string& name) const { return (folder / name).string(); }
  std::string refusal(const std::string& file, const std::string& what) const {
    return file + " (" + what + ") lies in ROOT (" + config.serve.root +
           "), where anybody could fetch it: keep it elsewhere, or name as ROOT a folder of "
           "nothing but what is to be served";
  }
};

}  // namespace

TEST_CASE("a private file in ROOT is refused by its name, whichever it is") {
  Site site;
  using Place = std::string& (*)(cli::Config&);
  const auto [what, place] = GENERATE(table<std::string, Place>({
      {"the configuration", [](cli::Config& c) -> std::string& { return c.file; }},
      {"[serve] key", [](cli::Config& c) -> std::string& { return c.serve.key; }},
      {"[[serve.certificate]] key",
       [](cli::Config& c) -> std::string& { return c.serve.certificates.emplace_back().key; }},
      {"[serve] admin_token_file",
       [](cli::Config& c) -> std::string& { return c.serve.admin_token_file; }},
      {"[serve] access_log", [](cli::Config& c) -> std::string& { return c.serve.access_log; }},
      {"[events] key_file", [](cli::Config& c) -> std::string& { return c.events.key_file; }},
      {"[events] publisher_key_file",
       [](cli::Config& c) -> std::string& { return c.events.publisher_key_file; }},
      {"[events] subscriber_key_file",
       [](cli::Config& c) -> std::string& { return c.events.subscriber_key_file; }},
      {"[events] jwks_file", [](cli::Config& c) -> std::string& { return c.events.jwks_file; }},
      {"[events] token_file", [](cli::Config& c) -> std::string& { return c.events.token_file; }},
      {"[events] store", [](cli::Config& c) -> std::string& { return c.events.store; }},
  }));
  CAPTURE(what);
  std::string& file = place(site.config);
  file = site.at("site/deep/private");
  CHECK(cli::exposed_files(site.config) ==
        std::vector<std::string>{site.refusal(site.at("site/deep/private"), what)});
  CHECK_THROWS_WITH(cli::require_private(site.config),
                    site.refusal(site.at("site/deep/private"), what));
  file = site.at("private");
  CHECK(cli::exposed_files(site.config).empty());
}

TEST_CASE("where a private file really is counts, not the name of a link to it") {
  Site site;
  site.folder.write("secret", "outside");
  site.folder.write("site/secret", "inside");
  fs::create_symlink(site.at("secret"), site.folder / "site/link-out");
  fs::create_symlink(site.at("site/secret"), site.folder / "link-in");
  fs::create_symlink(site.at("site"), site.folder / "other-name");
  site.config.events.key_file = site.at("site/link-out");
  CHECK(cli::exposed_files(site.config).empty());
  site.config.events.key_file = site.at("link-in");
  CHECK(cli::exposed_files(site.config).size() == 1);
  site.config.events.key_file = site.at("site/secret");
  site.config.serve.root = site.at("other-name");
  CHECK(cli::exposed_files(site.config).size() == 1);
  site.config.events.key_file = site.at("site/../site/deep/../secret");
  CHECK(cli::exposed_files(site.config).size() == 1);
}

TEST_CASE("the names of the current folder's files are enough") {
  cli::Config config;  // ROOT is .
  config.serve.cert = "chain.pem";
  config.serve.key = "key.pem";
  config.events.store = "events.db";
  const std::vector<std::string> sentences = cli::exposed_files(config);
  REQUIRE(sentences.size() == 2);
  CHECK_THAT(sentences[0], Catch::StartsWith("key.pem ([serve] key) lies in ROOT (.), "));
  CHECK_THAT(sentences[1], Catch::StartsWith("events.db ([events] store) lies in ROOT (.), "));
}

TEST_CASE("what is never served may lie in ROOT, what is no file of this machine as well") {
  Site site;
  site.config.events.key_file = site.at("site/.secret");
  site.config.serve.admin_token_file = site.at("site/.herald/tokens");
  site.config.serve.access_log = "-";
  site.config.events.store = "redis://127.0.0.1";
  CHECK(cli::exposed_files(site.config).empty());
  site.config.events.key_file = site.at("site/.well-known/secret");
  CHECK(cli::exposed_files(site.config).size() == 1);
}

TEST_CASE("a folder whose name begins as that of ROOT is another one") {
  Site site;
  site.config.events.key_file = site.at("site-keys/secret");
  CHECK(cli::exposed_files(site.config).empty());
}

TEST_CASE("the development certificate's keys are private as well") {
  Site site;
  site.config.serve.cert.clear();
  setenv("STATE_DIRECTORY", site.at("site/state").c_str(), 1);
  const auto sentences = cli::exposed_files(site.config);
  unsetenv("STATE_DIRECTORY");
  CHECK(sentences ==
        std::vector<std::string>{site.refusal(site.at("site/state/ca-key.pem"),
                                              "the key of the development certificate")});
}

TEST_CASE("check tells of every private file in ROOT") {
  Site site;
  site.config.events.key_file = site.at("site/secret");
  site.config.file = site.at("site/herald.toml");
  std::vector<std::string> told;
  for (const cli::Fault& fault : cli::unusable_options(site.config)) told.push_back(fault.text);
  CHECK(std::count(told.begin(), told.end(),
                   site.refusal(site.at("site/herald.toml"), "the configuration")) == 1);
  CHECK(std::count(told.begin(), told.end(),
                   site.refusal(site.at("site/secret"), "[events] key_file")) == 1);
}
