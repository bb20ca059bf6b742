// What a session keeps for event streams that wait.
#include <malloc.h>

#include <catch2/catch.hpp>
#include <string>

#include "server/h2/frame_writer.h"
#include "server/h2/session.h"
#include "tests/unit/sse/world.h"

namespace {

constexpr std::uint32_t streams = 100;

std::string all_of(h2::FrameWriter& writer) {
  http::Output output;
  std::string text;
  for (bool more = true; more;) {
    output.clear();
    more = !writer.put(output);
    const auto bytes = output.bytes();
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return text;
}

// A browser's connection, from its preface on, that asks for so many event streams.
std::string subscriptions(std::uint32_t first, std::uint32_t count) {
  h2::FrameWriter writer;
  if (first == 0) writer.settings({});
  for (std::uint32_t i = first; i < first + count; ++i) {
    writer.begin_headers();
    writer.field(":method", "GET");
    writer.field(":scheme", "https");
    writer.field(":authority", "shop.example.org");
    writer.field(":path", "/events?topic=messages&topic=orders");
    writer.field("accept", "text/event-stream");
    writer.field("user-agent",
                 "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                 "Chrome/142.0.0.0 Safari/537.36");
    writer.field("cookie", std::string(1000, 'c'));
    writer.end_headers(2 * i + 1, h2::flag::end_stream);
  }
  return (first == 0 ? std::string(h2::preface) : "") + all_of(writer);
}

class Connection {
 public:
  Connection(sse::testing::World& world, http::AccessLog* log)
      : session_({.root = world.worker().hub.event_stream(),
                  .limits = limits_,
                  .peer = peer_,
                  .loop = world.loop(),
                  .tally = tally_,
                  .date = date_,
                  .log = log},
                 [] {}) {
    peer_.address = "127.0.0.1";
  }
  void feed(std::string_view bytes) {
    REQUIRE(session_.receive(std::as_bytes(std::span(bytes))));
    for (bool more = true; more;) {
      output_.clear();
      more = session_.fill(output_);
    }
  }
  std::size_t streams() const { return session_.streams(); }

 private:
  http::Limits limits_;
  http::Peer peer_;
  http::Tally tally_;
  http::Date date_;
  http::Output output_;
  h2::Session session_;
};

class Nowhere final : public http::AccessLog {
 public:
  void completed(const http::Access&) noexcept override {}
};

// Of the heap, whatever the allocator needs for each block included; 0 if it does not say.
std::size_t bytes_for_each_further(http::AccessLog* log) {
  sse::testing::World world;
  Connection connection(world, log);
  connection.feed(subscriptions(0, 1));
  const std::string rest = subscriptions(1, streams - 1);
  const std::size_t before = mallinfo2().uordblks;
  connection.feed(rest);
  REQUIRE(connection.streams() == streams);
  return (mallinfo2().uordblks - before) / (streams - 1);
}

}  // namespace

TEST_CASE("an event stream that waits takes less than a kilobyte, whatever its request was") {
  CHECK(bytes_for_each_further(nullptr) < 900);
}

TEST_CASE("with an access log it keeps what the log will say of it, and no more") {
  Nowhere log;
  CHECK(bytes_for_each_further(&log) < 1200);
}
