// What a handler notes for the access log, before an answer or without one.
#include <catch2/catch.hpp>

#include "tests/session/handlers.h"
#include "tests/support/h1_peer.h"
#include "tests/support/peer.h"

using testing::Answering;

namespace {

struct Log final : http::AccessLog {
  void completed(const http::Access& access) noexcept override {
    std::string line = std::to_string(access.status);
    for (const http::Note& note : access.notes) line += ' ' + note.name + '=' + note.value;
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;
};

}  // namespace

TEST_CASE("what was noted of an exchange is logged though its client left before the answer") {
  http::Exchange held;
  Answering root([&](const http::Request&, http::Exchange exchange) {
    held = std::move(exchange);
    held.note({"upstream", "a"});
    held.note({"upstream", "b"});
  });
  Log log;
  testing::Peer peer(root, {.log = &log});
  const auto id = peer.get("/");
  peer.pump();
  peer.reset(id);
  peer.pump();
  CHECK(log.lines == std::vector<std::string>{"0 upstream=b"});
}

TEST_CASE("what was noted before the answer is logged before the answer's own notes") {
  Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.note({"upstream", "a"});
    http::Response response = testing::text("hello");
    response.notes.push_back({"hints", "off"});
    exchange.respond(std::move(response));
  });
  Log log;
  testing::Peer peer(root, {.log = &log});
  peer.get("/");
  peer.pump();
  CHECK(log.lines == std::vector<std::string>{"200 upstream=a hints=off"});

  testing::H1Peer old(root);
  old.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(old.logged == std::vector<testing::H1Peer::Logged>{{"/", 200, 0, " upstream=a hints=off"}});
}
