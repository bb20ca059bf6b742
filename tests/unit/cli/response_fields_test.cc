#include "cli/response_fields.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_exchange.h"
#include "tests/unit/certs/folder.h"

using testing::FakeExchange;

namespace {

// Answers with what it is told to.
struct Site final : http::Handler {
  void handle(const http::Request&, http::Exchange exchange) override {
    http::Response response;
    response.fields = own;
    exchange.respond(std::move(response));
  }
  http::Headers own;
};

struct World {
  World() {
    config.serve.security_headers = "basic";
    config.hsts.max_age = std::chrono::hours(1);
  }
  FakeExchange ask(std::string target) {
    assets::SiteRules rules(loop, folder.path().string(), {});
    cli::ResponseFields fields(site, cli::response_fields(config), rules);
    FakeExchange fake;
    fields.handle(testing::get(std::move(target)), fake.exchange());
    return fake;
  }

  testing::Folder folder;
  net::Loop loop{net::Loop::Time::manual};
  cli::Config config;
  Site site;
};

}  // namespace

TEST_CASE_METHOD(World, "an answer has the fields of the preset, unless it has them itself") {
  site.own = {{"x-frame-options", "DENY"}};
  FakeExchange fake = ask("/");
  CHECK(fake.field("x-content-type-options") == "nosniff");
  CHECK(fake.field("x-frame-options") == "DENY");
  CHECK(fake.field("strict-transport-security") == "max-age=3600");
}

TEST_CASE_METHOD(World, "a rule that removes a field of the preset keeps it off its paths") {
  folder.write("_headers", "/embed/*\n  ! X-Frame-Options\n  ! Referrer-Policy\n");
  FakeExchange embedded = ask("/embed/map?zoom=3");
  CHECK(embedded.field("x-frame-options") == "(none)");
  CHECK(embedded.field("referrer-policy") == "(none)");
  CHECK(embedded.field("x-content-type-options") == "nosniff");
  CHECK(ask("/").field("x-frame-options") == "SAMEORIGIN");
  site.own = {{"x-frame-options", "DENY"}};
  CHECK(ask("/embed/map").field("x-frame-options") == "DENY");
}
