#include "compare/link.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "compare/flow.h"
#include "tests/support/linked.h"

using namespace std::chrono_literals;
using lab::Bottleneck;
using lab::Flow;
using lab::Link;
using testing::Linked;

namespace {

std::chrono::nanoseconds span_of(double milliseconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(milliseconds * 1e6));
}

Link::Options options_of(double round_trip, double down) {
  Link::Options options;
  options.round_trip = span_of(round_trip);
  options.down = down;
  return options;
}

// Of one full segment, in milliseconds.
double serialisation(double rate) { return (Flow::segment + Flow::header) * 8 / rate / 1000; }

// What arithmetic says of S bytes that are sent at once on a link at rest: rounds of 10, 20, 40...
// segments, each a round trip behind the one before, until the window fills the round trip or what
// is left fits; then the rest at the rate of the link.
double arithmetic(double round_trip, double rate, std::size_t bytes) {
  const double one = serialisation(rate);
  double left = static_cast<double>(bytes) / Flow::segment;
  double time = round_trip / 2;
  for (double window = 10; left > window && window * one < round_trip + one; window *= 2) {
    left -= window;
    time += round_trip + one;
  }
  const double headers = std::ceil(left) * Flow::header * 8 / rate / 1000;
  return time + left * Flow::segment * 8 / rate / 1000 + headers;
}

}  // namespace

TEST_CASE("a stream is open at the far end after half a round trip, and here after a whole one") {
  Linked pair(options_of(100, 1000));
  pair.dial();
  pair.pass(1000);
  CHECK(pair.far.open_at == Approx(50).margin(0.1));
  CHECK(pair.near.open_at == Approx(100).margin(0.1));
}

TEST_CASE("a few bytes there and back take a round trip and their time on the wire") {
  Linked pair(options_of(80, 1));
  pair.connect();
  pair.near.say(100);
  pair.pass(41);
  REQUIRE(pair.far.heard.size() == 100);
  CHECK(pair.far.heard_at == Approx(40 + 140 * 8 / 5e3));
  const double asked = pair.far.heard_at;
  pair.pass(0);
  pair.far.began = pair.near.began = pair.loop.now();
  pair.far.say(1000);
  pair.pass(1000);
  CHECK(asked > 0);
  CHECK(pair.near.heard_at == Approx(40 + 1040 * 8 / 1e3));
}

TEST_CASE("a transfer takes the round trips of slow start and its bytes at the link's rate") {
  const double round_trip = GENERATE(10.0, 50.0, 100.0, 200.0);
  const double rate = GENERATE(1.5, 10.0, 100.0, 1000.0);
  const std::size_t bytes = GENERATE(1'000u, 14'600u, 14'601u, 100'000u, 1'000'000u);
  Linked pair(options_of(round_trip, rate));
  pair.connect();
  pair.far.say(bytes);
  pair.pass(60'000);
  REQUIRE(pair.near.heard.size() == bytes);
  INFO(round_trip << " ms, " << rate << " Mbit/s, " << bytes << " bytes");
  const double expected = arithmetic(round_trip, rate, bytes);
  // Exact to a segment for each round of slow start, of which there are few.
  CHECK(std::abs(pair.near.heard_at - expected) <=
        std::max(0.02 * expected, 2 * serialisation(rate)));
}

TEST_CASE("the slow-start series arrives a round trip apart") {
  Linked pair(options_of(100, 1'000'000));
  pair.connect();
  pair.far.say(Flow::segment * 150);
  std::vector<std::size_t> segments;
  for (int i = 0; i < 4; ++i) {
    const std::size_t before = pair.near.heard.size();
    pair.pass(i == 0 ? 60 : 100);
    segments.push_back((pair.near.heard.size() - before) / Flow::segment);
  }
  CHECK(segments == std::vector<std::size_t>{10, 20, 40, 80});
}

TEST_CASE("the initial window is the link's to say") {
  Link::Options options = options_of(100, 1'000'000);
  options.initial_window = 4;
  Linked pair(options);
  pair.connect();
  pair.far.say(Flow::segment * 4);
  pair.pass(60);
  CHECK(pair.near.heard.size() == Flow::segment * 4);
  pair.pass(1000);
  pair.far.say(Flow::segment * 5);
  pair.pass(60);
  CHECK(pair.near.heard.size() == Flow::segment * 8);
}

TEST_CASE("after idling a sender starts slowly again, unless told not to") {
  const bool restart = GENERATE(true, false);
  Link::Options options = options_of(100, 1'000'000);
  options.idle_restart = restart;
  Linked pair(options);
  pair.connect();
  pair.far.say(Flow::segment * 70);
  pair.pass(1000);
  REQUIRE(pair.near.heard.size() == Flow::segment * 70);
  pair.far.say(Flow::segment * 60);
  pair.pass(60);
  CHECK(pair.near.heard.size() == Flow::segment * (70 + (restart ? 10 : 60)));
}

TEST_CASE("the window stops growing at what link and queue hold, so nothing is dropped") {
  Linked pair(options_of(100, 10));
  pair.connect();
  pair.far.say(3'000'000);
  pair.pass(60'000);
  CHECK(pair.near.heard.size() == 3'000'000);
  const auto sent = 3'000'000 + Flow::header * ((3'000'000 + Flow::segment - 1) / Flow::segment);
  CHECK(pair.near.transport->traffic().down <= sent + 3 * Flow::header);
}

TEST_CASE("a burst that overflows the queue is lost in part, sent again, and still whole") {
  Link::Options options = options_of(100, 1);
  options.queue = 5 * 1500;
  Linked pair(options);
  pair.connect();
  pair.far.say(100'000);
  pair.pass(60'000);
  CHECK(pair.near.heard.size() == 100'000);
  CHECK(pair.near.heard_at > arithmetic(100, 1, 100'000));
}

TEST_CASE("a queue that delays drops nothing") {
  Link::Options options = options_of(100, 1);
  options.queue = 5 * 1500;
  options.full = Bottleneck::Full::delay;
  Linked pair(options);
  pair.connect();
  pair.far.say(14'600);
  pair.pass(60'000);
  CHECK(pair.near.heard_at == Approx(50 + 10 * serialisation(1)));
}

TEST_CASE("a lost segment holds up those behind it, and comes a round trip later") {
  Link::Options options = options_of(100, 1000);
  options.loss = 0.2;
  Linked pair(options, 3);
  pair.connect();
  pair.far.say(Flow::segment * 10);
  pair.pass(60);
  const std::size_t first = pair.near.heard.size();
  CHECK(first < Flow::segment * 10);
  pair.pass(60'000);
  CHECK(pair.near.heard.size() == Flow::segment * 10);
  CHECK(std::fmod(pair.near.heard_at, 100) == Approx(50).margin(1));
}

TEST_CASE("jitter delays each packet by up to its bound and keeps their order") {
  Link::Options options = options_of(100, 1000);
  options.jitter = 20ms;
  double least = 1000;
  double most = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Linked pair(options, seed);
    pair.connect();
    pair.far.say(1000);
    pair.pass(1000);
    least = std::min(least, pair.near.heard_at);
    most = std::max(most, pair.near.heard_at);
  }
  CHECK(least >= 50);
  CHECK(least < 53);
  CHECK(most > 67);
  CHECK(most <= 70.1);
}

TEST_CASE("the same seed gives the same times, another one others") {
  Link::Options options = options_of(100, 10);
  options.jitter = 20ms;
  options.loss = 0.02;
  const auto time = [&](std::uint64_t seed) {
    Linked pair(options, seed);
    pair.connect();
    pair.far.say(200'000);
    pair.pass(60'000);
    return pair.near.heard_at;
  };
  CHECK(time(7) == time(7));
  CHECK(time(7) != time(8));
}

TEST_CASE("two streams share the rate of their link") {
  Link::Options options = options_of(20, 10);
  options.queue = 1'000'000;
  Linked pair(options);
  pair.connect();
  testing::LinkEnd first(pair.loop);
  pair.far.say(500'000);
  first.transport = std::move(pair.far.transport);  // goes on under another name
  testing::LinkEnd second(pair.loop);
  second.transport = pair.link.dial(second);
  pair.pass(15);
  pair.far.say(500'000);
  pair.pass(60'000);
  CHECK(pair.near.heard.size() == 500'000);
  CHECK(second.heard.size() == 500'000);
  const double together = 1'000'000.0 / Flow::segment * serialisation(10);
  CHECK(std::max(pair.near.heard_at, second.heard_at) == Approx(together + 10).epsilon(0.02));
  CHECK(second.heard_at > 0.75 * together);
}

TEST_CASE("whoever sends is told when the link has taken everything") {
  Linked pair(options_of(100, 1'000'000));
  pair.connect();
  pair.far.say(Flow::segment * 25);
  CHECK(pair.far.drained_at == -1);
  pair.pass(60);
  CHECK(pair.far.transport->unsent() == Flow::segment * 15);
  pair.pass(60);
  CHECK(pair.far.transport->unsent() == 0);
  CHECK(pair.far.drained_at == Approx(100).margin(0.1));
}

TEST_CASE("an end that goes is missed behind all that it had sent") {
  Linked pair(options_of(100, 10));
  pair.connect();
  pair.near.say(1000);
  pair.pass(0);
  pair.near.transport.reset();
  pair.pass(1000);
  CHECK(pair.far.heard.size() == 1000);
  CHECK(pair.far.closed_at >= pair.far.heard_at);
  pair.far.say(100);
  pair.pass(1000);
  CHECK(pair.near.heard.empty());
}

TEST_CASE("what an end has said before it goes arrives, though its window was full") {
  Linked pair(options_of(100, 10));
  pair.connect();
  pair.near.say(Flow::segment * 25);
  pair.near.transport.reset();
  pair.pass(1000);
  CHECK(pair.far.heard.size() == Flow::segment * 25);
  CHECK(pair.far.closed_at >= pair.far.heard_at);
}

TEST_CASE("a stream may be given up before it is open") {
  Linked pair(options_of(100, 10));
  pair.dial();
  pair.near.transport.reset();
  pair.pass(1000);
  CHECK(pair.far.open_at == -1);
  CHECK(pair.near.open_at == -1);
}

TEST_CASE("traffic counts bytes with their headers, acknowledgements and the handshake") {
  Linked pair(options_of(100, 10));
  pair.connect();
  pair.near.say(100);
  pair.far.say(3000);
  pair.pass(1000);
  const lab::Traffic traffic = pair.near.transport->traffic();
  CHECK(traffic.up == 40 + 140 + 3 * 40);
  CHECK(traffic.down == 40 + 3000 + 3 * 40 + 40);
}
