// Deadlines over a session that only says what it is asked, at times that are made up.
#include "server/deadlines.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using http::Limit;
using server::Deadlines;
using TimePoint = Deadlines::TimePoint;

namespace {

// That of a client which has greeted, asks for nothing and owes nothing; tests say otherwise.
struct Session final : http::Session {
  bool receive(std::span<const std::byte>) override { return true; }
  bool fill(http::Output&) override { return false; }
  bool done() const override { return false; }
  bool breaks_off(bool) const override { return false; }
  bool wants_input() const override { return true; }
  const std::string& complaint() const override { return its_complaint; }
  void announce_drain() override {}
  void drain() override { ++drained; }
  std::size_t streams() const override { return its_streams; }
  bool greeted() const override { return has_greeted; }
  void end_ungreeted() override { its_complaint = "SETTINGS were not acknowledged in time"; }
  bool inside_header_section() const override { return inside; }
  std::uint32_t header_sections() const override { return 0; }
  std::optional<TimePoint> content_awaited_since() const override { return content_since; }
  void reset_stalled(TimePoint since) override { stalled_since = since; }
  bool has_live_streams() const override { return live; }
  bool live_beside_others() const override { return false; }
  void ping() override {
    ++pings;
    unanswered = true;
  }
  bool ping_outstanding() const override { return unanswered; }
  bool answered_early() const override { return false; }
  void stop_uploads() override { ++stopped; }
  http::Transport transport() const override { return {}; }

  std::string its_complaint;
  std::size_t its_streams = 0;
  bool has_greeted = true;
  bool inside = false;
  bool live = false;
  bool unanswered = false;
  int drained = 0;
  int pings = 0;
  int stopped = 0;
  std::optional<TimePoint> content_since;
  std::optional<TimePoint> stalled_since;
};

// A client, accepted at `start`, and what it has been sent.
struct Client {
  const TimePoint start = TimePoint(1h);
  http::Timeouts allowed{.handshake = 10s,
                         .settings = 10s,
                         .header = 10s,
                         .content = 15s,
                         .idle = 60s,
                         .stall = 30s,
                         .ping = 20s,
                         .ping_ack = 8s};
  Session session;
  Deadlines deadlines{start};
  Deadlines::Outgoing outgoing{.unsent = 0, .tcp = net::TcpState{}};

  Deadlines::Verdict look(net::Clock::duration after) {
    return deadlines.look(session, allowed, outgoing, start + after);
  }
  // The client's TCP has acknowledged so many bytes in all, and so many are on their way.
  void taken(std::uint64_t acknowledged, std::uint64_t held) {
    outgoing.tcp->acknowledged = acknowledged;
    outgoing.tcp->held = held;
  }
};

}  // namespace

TEST_CASE("a connection without streams is told to go when the idle time is over") {
  Client client;
  client.deadlines.busy(client.start + 5s);
  const auto before = client.look(64s);
  CHECK(client.session.drained == 0);
  CHECK(before.next == client.start + 65s);
  const auto after = client.look(65s);
  CHECK(client.session.drained == 1);
  CHECK_FALSE(after.ends);  // its GOAWAY is to be read
  CHECK_FALSE(after.hit);   // and it is not at fault
  CHECK(after.why.empty());
  CHECK(after.next == client.start + 66s);
}

TEST_CASE("who has streams is not idle") {
  Client client;
  client.session.its_streams = 1;
  CHECK_FALSE(client.look(1h).ends);
  CHECK(client.session.drained == 0);
}

TEST_CASE("SETTINGS that are not acknowledged are complained of, with the session's own words") {
  Client client;
  client.session.has_greeted = false;
  CHECK(client.look(19s).next == client.start + 20s);
  const auto late = client.look(20s);
  CHECK(late.hit == Limit::settings);
  CHECK(late.why == "SETTINGS were not acknowledged in time");
  CHECK_FALSE(late.ends);  // its GOAWAY is to be read
  CHECK(late.next == client.start + 21s);
}

TEST_CASE("the time for a request's fields runs from where they began, whatever came since") {
  Client client;
  client.session.inside = true;
  client.deadlines.heard(client.start + 3s);
  client.deadlines.fields_began();
  client.deadlines.heard(client.start + 12s);
  CHECK(client.look(12s).next == client.start + 13s);
  const auto late = client.look(13s);
  CHECK(late.hit == Limit::header);
  CHECK(late.ends);
  CHECK(late.why == "the fields of a request did not come in time");
  client.session.inside = false;
  CHECK_FALSE(client.look(13s).ends);
}

TEST_CASE("the time for a request's content runs from its last piece") {
  Client client;
  client.session.its_streams = 1;
  client.session.content_since = client.start + 2s;
  CHECK(client.look(16s).next == client.start + 17s);
  const auto late = client.look(17s);
  CHECK(late.hit == Limit::content);
  CHECK(late.ends);
}

TEST_CASE("a client that takes nothing of what waits for it is cut, one that takes a byte is not") {
  const bool takes = GENERATE(true, false);
  Client client;
  client.session.its_streams = 1;
  client.outgoing.unsent = 100'000;
  client.taken(1000, 64'000);
  (void)client.look(1s);
  client.deadlines.blocked(client.start + 2s);
  client.deadlines.blocked(client.start + 20s);  // it was already
  if (takes) client.taken(1001, 64'000);
  CHECK_FALSE(client.look(31s).ends);
  const auto later = client.look(32s);
  CHECK(later.ends == !takes);
  if (takes) {
    CHECK_FALSE(client.look(60s).ends);
    CHECK(client.look(61s).ends);  // since the look that found the byte
  } else {
    CHECK(later.hit == Limit::stall);
    CHECK(later.why == Deadlines::takes_nothing);
  }
}

TEST_CASE("a client that has taken what waited is not blamed for what waited before") {
  Client client;
  client.session.its_streams = 1;
  client.deadlines.blocked(client.start);
  CHECK(client.deadlines.is_blocked());
  client.deadlines.moved();
  CHECK_FALSE(client.deadlines.is_blocked());
  CHECK_FALSE(client.look(31s).ends);
  client.deadlines.blocked(client.start + 31s);
  CHECK_FALSE(client.look(60s).ends);
  CHECK(client.look(61s).ends);
}

TEST_CASE("while something waits the client is looked at twice in the time it has") {
  Client client;
  client.deadlines.blocked(client.start);
  CHECK(client.look(1s).next == client.start + 16s);
}

TEST_CASE("without TCP, what was taken is not known: only what moves counts") {
  Client client;
  client.session.its_streams = 1;
  client.outgoing = {.unsent = 1000, .tcp = std::nullopt};
  client.deadlines.blocked(client.start);
  CHECK_FALSE(client.look(29s).ends);
  CHECK(client.look(30s).ends);
}

TEST_CASE(
    "no stream is to blame while what it was sent is on its way to a client that takes some") {
  Client client;
  client.session.its_streams = 1;
  client.taken(1000, 64'000);
  (void)client.look(40s);  // more than at the start: it takes some
  CHECK_FALSE(client.session.stalled_since);
  client.taken(2000, 64'000);
  (void)client.look(55s);
  CHECK_FALSE(client.session.stalled_since);
  (void)client.look(84s);
  CHECK_FALSE(client.session.stalled_since);
  (void)client.look(85s);
  CHECK(client.session.stalled_since == client.start + 55s);
}

TEST_CASE("no stream is to blame while something waits in the socket: that is the connection's") {
  Client client;
  client.session.its_streams = 1;
  client.outgoing.unsent = 1000;
  client.deadlines.blocked(client.start + 20s);
  (void)client.look(40s);
  CHECK_FALSE(client.session.stalled_since);
}

TEST_CASE(
    "a stream whose client takes all that is sent is to blame for what it does not let come") {
  Client client;
  client.session.its_streams = 1;
  client.taken(1000, 0);
  const auto verdict = client.look(31s);
  CHECK(client.session.stalled_since == client.start + 1s);
  CHECK(verdict.next == client.start + 46s);
}

TEST_CASE(
    "a quiet client with a live stream is asked for a sign of life, a quiet one without not") {
  const bool live = GENERATE(true, false);
  Client client;
  client.session.its_streams = 1;
  client.session.live = live;
  client.deadlines.heard(client.start + 5s);
  (void)client.look(24s);
  CHECK(client.session.pings == 0);
  const auto asked = client.look(25s);
  CHECK(client.session.pings == live);
  if (live) CHECK(asked.next == client.start + 33s);
}

TEST_CASE("who does not answer a PING is gone, without a word; who does is asked again") {
  const bool answers = GENERATE(true, false);
  Client client;
  client.session.its_streams = 1;
  client.session.live = true;
  (void)client.look(20s);
  REQUIRE(client.session.pings == 1);
  CHECK_FALSE(client.look(27s).ends);
  if (answers) {
    client.session.unanswered = false;
    client.deadlines.heard(client.start + 27s);
  }
  const auto verdict = client.look(28s);
  CHECK(verdict.ends == !answers);
  CHECK(verdict.why.empty());
  if (!answers) {
    CHECK(verdict.hit == Limit::ping_ack);
    return;
  }
  (void)client.look(46s);
  CHECK(client.session.pings == 1);
  (void)client.look(47s);
  CHECK(client.session.pings == 2);
}

TEST_CASE("a session that has no PING is asked for one no more often than others") {
  Client client;
  client.session.its_streams = 1;
  client.session.live = true;
  for (const int second : {20, 28, 39, 40}) {
    (void)client.look(std::chrono::seconds(second));
    client.session.unanswered = false;  // HTTP/1.1
  }
  CHECK(client.session.pings == 2);
}

TEST_CASE("a PING is late only when what was sent before it has been taken") {
  Client client;
  client.session.its_streams = 1;
  client.session.live = true;
  client.outgoing.unsent = 10'000;
  client.taken(1000, 30'000);
  (void)client.look(20s);
  REQUIRE(client.session.pings == 1);  // behind 41,000 bytes
  client.taken(20'000, 21'000);
  client.outgoing.unsent = 0;
  CHECK_FALSE(client.look(40s).ends);  // it comes nearer
  CHECK_FALSE(client.look(69s).ends);  // the time is that of a stall
  client.taken(41'000, 0);
  CHECK_FALSE(client.look(69s).ends);  // it may have come this moment
  CHECK_FALSE(client.look(76s).ends);
  CHECK(client.look(77s).ends);
}

TEST_CASE("an upload that was answered is stopped a second later, once") {
  Client client;
  client.session.its_streams = 1;
  CHECK(client.deadlines.answered_early(client.start + 3s) == client.start + 4s);
  CHECK_FALSE(client.deadlines.answered_early(client.start + 3500ms));
  CHECK(client.look(3900ms).next == client.start + 4s);
  CHECK(client.session.stopped == 0);
  CHECK(client.look(4s).speaks);
  CHECK(client.session.stopped == 1);
  CHECK_FALSE(client.look(10s).speaks);
  CHECK(client.session.stopped == 1);
  CHECK(client.deadlines.answered_early(client.start + 11s) == client.start + 12s);
}
