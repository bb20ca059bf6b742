#include "server/http/router.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_exchange.h"

namespace {
class Named final : public http::Handler {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  void handle(const http::Request&, http::Exchange exchange) override {
    exchange.respond(http::text_response(200, "text/plain", name_));
  }

 private:
  std::string name_;
};

std::string asked(http::Router& router, std::string target) {
  testing::FakeExchange fake;
  router.handle(testing::get(std::move(target)), fake.exchange());
  return fake.read();
}
}  // namespace

TEST_CASE("an exact path wins over a prefix, the longest prefix over a shorter one") {
  Named files("files");
  Named events("events");
  Named panel("panel");
  Named deep("deep");
  http::Router router(files);
  router.route("/events", events);
  router.route("/.herald/", panel);
  router.route("/.herald/deep/", deep);
  CHECK(asked(router, "/events?topic=a") == "events");
  CHECK(asked(router, "/events/x") == "files");
  CHECK(asked(router, "/.herald/") == "panel");
  CHECK(asked(router, "/.herald/status") == "panel");
  CHECK(asked(router, "/.herald/deep/x/y") == "deep");
  CHECK(asked(router, "/") == "files");
  CHECK(asked(router, "") == "files");
}
