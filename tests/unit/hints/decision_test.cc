#include "hints/decision.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/fake_exchange.h"

using namespace hints;
using testing::get;

namespace {

http::Request navigation(std::initializer_list<http::Field> more = {}) {
  http::Request request =
      get("/", {{"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}});
  for (const http::Field& field : more) request.fields.set(field.name, field.value);
  return request;
}

http::Request with_method(std::string method) {
  http::Request request = navigation();
  request.method = std::move(method);
  return request;
}

http::Request pushed() {
  http::Request request = navigation();
  request.pushed = true;
  return request;
}

}  // namespace

TEST_CASE("every client that must not be told in advance is, with the reason") {
  struct Case {
    std::string_view name;
    http::Request request;
    std::string_view no_push, no_early_hints;
  };
  const Case one = GENERATE(values<Case>({
      {"a browser's navigation", navigation(), "", ""},
      {"a library without Sec-Fetch", get("/"), "", "not a navigation"},
      {"fetch() of a page", navigation({{"sec-fetch-mode", "cors"}}), "", "not a navigation"},
      {"a frame", navigation({{"sec-fetch-dest", "iframe"}}), "", "not a top-level document"},
      {"an opt-out", navigation({{"no-early-hints", "1"}}), "", "client wants no early hints"},
      {"not an opt-out", navigation({{"no-early-hints", "0"}}), "", ""},
      {"speculation", navigation({{"sec-purpose", "prefetch;prerender"}}), "prefetch", "prefetch"},
      {"an older prefetch", navigation({{"purpose", "prefetch"}}), "prefetch", "prefetch"},
      {"HEAD", with_method("HEAD"), "not GET", "not GET"},
      {"a validation", navigation({{"if-none-match", "\"1\""}}), "conditional request",
       "conditional request"},
      {"by date", navigation({{"if-modified-since", "x"}}), "conditional request",
       "conditional request"},
      {"our own request", pushed(), "pushed request", "pushed request"},
  }));
  CAPTURE(one.name);
  const Decision decision = decide(one.request, Mode::automatic);
  CHECK(decision.no_push == one.no_push);
  CHECK(decision.no_early_hints == one.no_early_hints);
  CHECK(decision.no_link.empty());
}

TEST_CASE("a mode closes the ways it does not name") {
  const auto open = [](Mode mode) {
    const Decision decision = decide(navigation(), mode);
    return std::string(decision.no_push.empty() ? "push " : "") +
           (decision.no_early_hints.empty() ? "103 " : "") +
           (decision.no_link.empty() ? "link " : "");
  };
  CHECK(open(Mode::automatic) == "push 103 link ");
  CHECK(open(Mode::early_hints) == "103 link ");
  CHECK(open(Mode::push) == "push ");
  CHECK(open(Mode::push_early_hints) == "push 103 link ");
  CHECK(open(Mode::link) == "link ");
  CHECK(open(Mode::off).empty());
}

TEST_CASE("only what may be a page is looked up") {
  CHECK(asks_for_document(get("/")));
  CHECK(asks_for_document(with_method("HEAD")));
  CHECK(asks_for_document(get("/users/7?tab=1")));
  CHECK_FALSE(asks_for_document(with_method("POST")));
  CHECK_FALSE(asks_for_document(get("/app.css")));
  CHECK_FALSE(asks_for_document(get("/data", {{"sec-fetch-dest", "empty"}})));
  CHECK_FALSE(asks_for_document(get("*")));
}
