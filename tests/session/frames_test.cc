// What the session says of frames that are wrong, written byte by byte.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "server/h2/session.h"
#include "tests/session/handlers.h"

using h2::ErrorCode;
using h2::FrameType;
using testing::Answering;

namespace {

std::string frame(FrameType type, std::uint8_t flags, std::uint32_t id,
                  std::string_view payload = "") {
  h2::ByteQueue bytes;
  h2::put_head({.length = static_cast<std::uint32_t>(payload.size()),
                .type = type,
                .flags = flags,
                .stream = id},
               bytes);
  bytes.append(payload);
  return {reinterpret_cast<const char*>(bytes.bytes().data()), bytes.size()};
}

constexpr std::uint8_t none = h2::flag::none;
constexpr std::uint8_t end_stream = h2::flag::end_stream;
constexpr std::uint8_t end_headers = h2::flag::end_headers;
constexpr std::uint8_t whole = end_stream | end_headers;
// GET https://a/
constexpr std::string_view block =
    "\x82\x87\x84\x41\x01"
    "a";
// POST https://a/
constexpr std::string_view post =
    "\x83\x87\x84\x41\x01"
    "a";

const std::string greeting = std::string(h2::preface) + frame(FrameType::settings, none, 0);

// PUT https://a/
constexpr std::string_view put =
    "\x02\x03PUT"
    "\x87\x84\x41\x01"
    "a";

// A session that answers every request as soon as it is whole; but those to PUT never, nor does it
// read their content.
class World {
 public:
  World()
      : root_([this](const http::Request& request, http::Exchange exchange) {
          if (request.method == "GET") return exchange.respond(testing::text("x"));
          if (request.method == "PUT") return held_.push_back(std::move(exchange));
          http::Exchange::collect(
              std::move(exchange), 100'000,
              [](http::Exchange back, std::string) { back.respond(testing::text("x")); });
        }),
        session_({.root = root_,
                  .limits = limits_,
                  .peer = self_,
                  .loop = loop_,
                  .tally = tally_,
                  .date = date_,
                  .log = nullptr},
                 [] {}) {}

  bool feed(std::string_view bytes) {
    const bool goes_on = session_.receive(std::as_bytes(std::span(bytes)));
    for (bool more = true; more;) {
      output_.clear();
      more = session_.fill(output_);
      const auto got = output_.bytes();
      sent_.append(reinterpret_cast<const char*>(got.data()), got.size());
    }
    return goes_on;
  }
  // By GOAWAY.
  ErrorCode ended_with() const { return code_in(FrameType::goaway, 4); }
  ErrorCode reset_with() const { return code_in(FrameType::rst_stream, 0); }
  // Streams whose answers have begun.
  std::vector<std::uint32_t> answered() const {
    std::vector<std::uint32_t> ids;
    each_frame([&](const h2::FrameHead& head, auto) {
      if (head.type == FrameType::headers) ids.push_back(head.stream);
      return true;
    });
    return ids;
  }
  h2::Session& session() { return session_; }
  net::Loop& loop() { return loop_; }

 private:
  ErrorCode code_in(FrameType type, std::size_t offset) const {
    ErrorCode code = ErrorCode::no_error;
    each_frame([&](const h2::FrameHead& head, auto payload) {
      if (head.type == type) code = ErrorCode{h2::read_32(payload.subspan(offset))};
      return head.type != type;
    });
    return code;
  }
  // Of what was sent, until `look` has seen enough.
  template <typename Look>
  void each_frame(Look look) const {
    const std::span<const std::uint8_t> all(reinterpret_cast<const std::uint8_t*>(sent_.data()),
                                            sent_.size());
    for (std::size_t at = 0; at + h2::FrameHead::bytes <= all.size();) {
      const h2::FrameHead head = h2::read_head(all.subspan(at).first<h2::FrameHead::bytes>());
      at += h2::FrameHead::bytes;
      if (!look(head, all.subspan(at, head.length))) return;
      at += head.length;
    }
  }

  net::Loop loop_{net::Loop::Time::manual};
  http::Limits limits_;
  http::Tally tally_;
  http::Date date_;
  http::Peer self_;
  http::Output output_;
  std::vector<http::Exchange> held_;
  Answering root_;
  h2::Session session_;
  std::string sent_;
};

// Fed whole and fed byte by byte must come to the same.
ErrorCode judged(const std::string& frames) {
  World world;
  world.feed(greeting + frames);
  World dribble;
  for (const char c : greeting + frames) {
    if (!dribble.feed(std::string_view(&c, 1))) break;
  }
  CHECK(dribble.ended_with() == world.ended_with());
  CHECK(dribble.reset_with() == world.reset_with());
  return world.ended_with();
}

}  // namespace

TEST_CASE("frames in good order pass, however they are cut") {
  CHECK(judged(frame(FrameType::headers, end_headers, 1, post) +
               frame(FrameType::data, none, 1, "data") +
               frame(FrameType::data, h2::flag::padded, 1, std::string("\2xy\0\0", 5)) +
               frame(FrameType::data, end_stream, 1, "more") +
               frame(FrameType::headers, whole, 3, block)) == ErrorCode::no_error);
}

TEST_CASE("what is no preface of HTTP/2 is a protocol error") {
  World world;
  CHECK_FALSE(world.feed("GET / HTTP/1.1\r\n\r\n"));
  CHECK(world.ended_with() == ErrorCode::protocol_error);
  World unsettled;
  CHECK_FALSE(
      unsettled.feed(std::string(h2::preface) + frame(FrameType::ping, none, 0, "12345678")));
  CHECK(unsettled.session().complaint() ==
        "PROTOCOL_ERROR: the first frame is not SETTINGS (PING on stream 0)");
}

TEST_CASE("DATA and HEADERS on a stream that the client has ended are STREAM_CLOSED") {
  const std::string ended = frame(FrameType::headers, whole, 1, block);
  CHECK(judged(ended + frame(FrameType::data, none, 1, "late")) == ErrorCode::stream_closed);
  CHECK(judged(ended + frame(FrameType::headers, whole, 1, block)) == ErrorCode::stream_closed);
  CHECK(judged(frame(FrameType::headers, end_headers, 1, post) +
               frame(FrameType::rst_stream, none, 1, "1234") +
               frame(FrameType::data, none, 1, "late")) == ErrorCode::stream_closed);
}

TEST_CASE(
    "DATA on a stream that the client ended so long ago that it is not remembered resets it") {
  World world;
  world.feed(greeting + frame(FrameType::headers, whole, 1, put));
  for (std::uint32_t id = 3; id < 1200; id += 2) {
    world.feed(frame(FrameType::headers, whole, id, block));
  }
  CHECK(world.feed(frame(FrameType::data, none, 1, "late")));
  CHECK(world.reset_with() == ErrorCode::stream_closed);
}

TEST_CASE("a stream identifier that was jumped over cannot be opened later") {
  CHECK(judged(frame(FrameType::headers, whole, 5, block) +
               frame(FrameType::headers, whole, 3, block)) == ErrorCode::protocol_error);
}

TEST_CASE("of a priority as RFC 7540 had it only the form is looked at") {
  const std::string_view itself("\0\0\0\7\1", 5);
  const std::string_view another("\0\0\0\5\1", 5);
  CHECK(judged(frame(FrameType::priority, none, 7, itself)) == ErrorCode::no_error);
  CHECK(judged(frame(FrameType::headers, whole | h2::flag::priority, 7,
                     std::string(itself) + std::string(block))) == ErrorCode::no_error);
  CHECK(judged(frame(FrameType::priority, none, 7, another)) == ErrorCode::no_error);
  CHECK(judged(frame(FrameType::priority, none, 0, another)) == ErrorCode::protocol_error);
}

TEST_CASE("nothing but CONTINUATION may follow a field block that has not ended") {
  const std::string open = frame(FrameType::headers, end_stream, 1, block.substr(0, 2));
  const std::string rest = frame(FrameType::continuation, none, 1, block.substr(2, 1)) +
                           frame(FrameType::continuation, end_headers, 1, block.substr(3));
  CHECK(judged(open + rest + frame(FrameType::headers, whole, 3, block)) == ErrorCode::no_error);
  CHECK(judged(open + frame(FrameType::data, none, 1, "x")) == ErrorCode::protocol_error);
  CHECK(judged(open + frame(FrameType::continuation, none, 3, "x")) == ErrorCode::protocol_error);
  CHECK(judged(frame(FrameType::continuation, none, 1, "x")) == ErrorCode::protocol_error);
}

TEST_CASE("a CONTINUATION larger than a frame may be is a frame size error") {
  const std::string open = frame(FrameType::headers, end_stream, 1, block);
  CHECK(judged(open + frame(FrameType::continuation, end_headers, 1, std::string(16385, 'x'))) ==
        ErrorCode::frame_size_error);
}

TEST_CASE("a field block in more pieces than any client needs ends the connection") {
  std::string frames = frame(FrameType::headers, end_stream, 1, block);
  for (int i = 0; i < 8; ++i) frames += frame(FrameType::continuation, none, 1, "\x84");
  CHECK(judged(frames) == ErrorCode::no_error);
  CHECK(judged(frames + frame(FrameType::continuation, none, 1, "\x84")) ==
        ErrorCode::enhance_your_calm);
}

TEST_CASE("a priority for stream 0 is a protocol error") {
  CHECK(judged(frame(FrameType::priority_update, none, 0, std::string_view("\0\0\0\0u=1", 7))) ==
        ErrorCode::protocol_error);
  CHECK(judged(frame(FrameType::priority_update, none, 0, std::string_view("\0\0\0\1u=1", 7))) ==
        ErrorCode::no_error);
}

TEST_CASE("more priorities for requests that are to come than may be open are a protocol error") {
  const std::string acknowledged = frame(FrameType::settings, h2::flag::ack, 0);
  const auto updates = [](std::uint32_t first, int count) {
    std::string frames;
    for (std::uint32_t id = first; count > 0; id += 2, --count) {
      const std::string of{'\0', '\0', static_cast<char>(id >> 8), static_cast<char>(id & 0xff)};
      frames += frame(FrameType::priority_update, none, 0, of + "u=1");
    }
    return frames;
  };
  const std::string all = acknowledged + updates(1, 256);
  CHECK(judged(all) == ErrorCode::no_error);
  CHECK(judged(all + updates(1, 256)) == ErrorCode::no_error);
  CHECK(judged(all + updates(513, 1)) == ErrorCode::protocol_error);
  // One that is open counts as well.
  CHECK(judged(acknowledged + frame(FrameType::headers, end_headers, 1, put) + updates(3, 255)) ==
        ErrorCode::no_error);
  CHECK(judged(acknowledged + frame(FrameType::headers, end_headers, 1, put) + updates(3, 256)) ==
        ErrorCode::protocol_error);
  // Those that were passed over do not.
  CHECK(judged(all + frame(FrameType::headers, whole, 513, block) + updates(515, 255)) ==
        ErrorCode::no_error);
  // Nor does a client go by what it does not know yet.
  CHECK(judged(updates(1, 300)) == ErrorCode::no_error);
}

TEST_CASE("requests before a bad frame are still served") {
  World world;
  const std::string ended = frame(FrameType::headers, whole, 1, block);
  CHECK_FALSE(world.feed(greeting + ended + frame(FrameType::data, none, 1, "late")));
  CHECK(world.session().complaint() ==
        "STREAM_CLOSED: the client has ended the stream (DATA on stream 1)");
  CHECK(world.answered() == std::vector<std::uint32_t>{1});
}

TEST_CASE("more content than a stream's window resets that stream alone") {
  World world;
  world.feed(greeting + frame(FrameType::settings, h2::flag::ack, 0));
  world.feed(frame(FrameType::headers, end_headers, 1, put));
  for (int i = 0; i < 4; ++i) world.feed(frame(FrameType::data, none, 1, std::string(16384, 'x')));
  CHECK(world.reset_with() == ErrorCode::no_error);
  CHECK(world.feed(frame(FrameType::data, none, 1, "x")));
  CHECK(world.reset_with() == ErrorCode::flow_control_error);
  CHECK(world.feed(frame(FrameType::data, none, 1, "y")));  // sent before the client could know
}

TEST_CASE("more content than the connection's window ends the connection") {
  World world;
  world.feed(greeting);
  std::uint32_t id = 1;
  for (int sent = 0; sent < 1024 * 1024; sent += 65'536, id += 2) {
    world.feed(frame(FrameType::headers, end_headers, id, put));
    for (int i = 0; i < 4; ++i) {
      REQUIRE(world.feed(frame(FrameType::data, none, id, std::string(16384, 'x'))));
    }
  }
  world.feed(frame(FrameType::headers, end_headers, id, put));
  CHECK_FALSE(world.feed(frame(FrameType::data, none, id, "x")));
  CHECK(world.ended_with() == ErrorCode::flow_control_error);
}

TEST_CASE("SETTINGS that open the windows do not wake a stream that was reset in the same read") {
  World world;
  const std::string_view shut("\0\4\0\0\0\0", 6);  // INITIAL_WINDOW_SIZE
  const std::string_view open("\0\4\0\1\0\0", 6);
  world.feed(greeting + frame(FrameType::settings, none, 0, shut));
  world.feed(frame(FrameType::headers, whole, 1, block));  // its content waits for a window
  world.feed(frame(FrameType::rst_stream, none, 1, "1234") +
             frame(FrameType::settings, none, 0, open));
  CHECK(world.session().streams() == 0);
  CHECK(world.feed(frame(FrameType::headers, whole, 3, block)));
  CHECK(world.session().streams() == 0);
}

TEST_CASE("SETTINGS do not change the window of a stream that was reset in the same read") {
  World world;
  world.feed(greeting + frame(FrameType::headers, whole, 1, put));
  world.feed(frame(FrameType::window_update, none, 1, std::string_view("\x7f\xff\0\0", 4)) +
             frame(FrameType::rst_stream, none, 1, "1234") +
             frame(FrameType::settings, none, 0, std::string_view("\0\4\0\1\0\0", 6)));
  CHECK(world.ended_with() == ErrorCode::no_error);
}

TEST_CASE("of SETTINGS that say a window many times the last holds, and none may be too large") {
  const auto window = [](std::uint32_t bytes) {
    std::string entry("\0\4", 2);
    for (int shift = 24; shift >= 0; shift -= 8) entry += static_cast<char>(bytes >> shift & 0xff);
    return entry;
  };
  // Above the default by one, as the stream's window is.
  const std::string open =
      frame(FrameType::headers, end_headers, 1, put) +
      frame(FrameType::window_update, none, 1, std::string_view("\0\0\0\1", 4));
  const std::string most = window(0x7fffffff - 1);
  const std::string above = window(0x7fffffff);
  CHECK(judged(open + frame(FrameType::settings, none, 0, window(0) + most + window(7))) ==
        ErrorCode::no_error);
  CHECK(judged(open + frame(FrameType::settings, none, 0, window(0) + above + window(7))) ==
        ErrorCode::flow_control_error);
  CHECK(judged(frame(FrameType::settings, none, 0, window(0x80000000) + window(7))) ==
        ErrorCode::flow_control_error);

  World world;  // x, which waits for a window
  world.feed(greeting + frame(FrameType::settings, none, 0, window(0)) +
             frame(FrameType::headers, whole, 1, block));
  world.feed(frame(FrameType::settings, none, 0, window(9) + window(0)));
  CHECK(world.session().streams() == 1);
  world.feed(frame(FrameType::settings, none, 0, window(0) + window(9) + window(1)));
  CHECK(world.session().streams() == 0);
}

TEST_CASE("field blocks of streams that are not served are charged for, and borne as long as few") {
  // Malformed, so reset; then they go on as if they were trailers.
  const std::string reset = frame(FrameType::headers, end_headers, 1, "\x82");
  World world;
  REQUIRE(world.feed(greeting + reset));
  REQUIRE(world.reset_with() == ErrorCode::protocol_error);
  int passed = 0;
  while (passed < 2000 && world.feed(frame(FrameType::headers, end_headers, 1, "\x82"))) ++passed;
  CHECK(passed > 900);
  CHECK(passed < 1000);
  CHECK(world.ended_with() == ErrorCode::enhance_your_calm);

  // Requests that were on their way when the server said that it goes.
  World leaving;
  REQUIRE(leaving.feed(greeting + frame(FrameType::headers, whole, 1, put)));
  leaving.session().drain();
  std::uint32_t id = 3;
  for (; id < 3 + 2 * 512; id += 2)
    REQUIRE(leaving.feed(frame(FrameType::headers, whole, id, block)));
  while (id < 5000 && leaving.feed(frame(FrameType::headers, whole, id, block))) id += 2;
  CHECK(id < 3 + 2 * 1000);
  CHECK(leaving.session().complaint().starts_with("ENHANCE_YOUR_CALM"));
}

TEST_CASE("a field block that becomes megabytes is charged for all of them, whoever gets it") {
  const std::string name(4064, 'n');  // 7f: of so many octets
  const std::string entry = "\x40\x7f" + std::string("\xe1\x1e", 2) + name + std::string(1, '\0');
  std::string bomb;  // each takes the name of the one before, and its place
  for (int i = 0; i < 8000; ++i) bomb += std::string("\x7e\0", 2);
  const std::string known = frame(FrameType::headers, whole, 3, std::string(block) + entry);
  const auto judged_with = [&](const std::string& opening, std::uint32_t id) {
    World world;
    world.feed(greeting + opening + known);
    REQUIRE(world.ended_with() == ErrorCode::no_error);
    CHECK_FALSE(world.feed(frame(FrameType::headers, whole, id, bomb)));
    return world.ended_with();
  };
  // A request; trailers; of a stream that was reset.
  CHECK(judged_with("", 5) == ErrorCode::enhance_your_calm);
  CHECK(judged_with(frame(FrameType::headers, end_headers, 1, put), 1) ==
        ErrorCode::enhance_your_calm);
  CHECK(judged_with(frame(FrameType::headers, end_headers, 1, "\x82"), 1) ==
        ErrorCode::enhance_your_calm);
}

TEST_CASE("floods run dry, traffic does not, and time refills") {
  World world;
  world.feed(greeting + frame(FrameType::headers, end_headers, 1, post));
  int passed = 0;
  while (world.feed(frame(FrameType::data, none, 1))) ++passed;
  CHECK(passed >= 990);
  CHECK(passed <= 1000);
  CHECK(world.ended_with() == ErrorCode::enhance_your_calm);

  World busy;
  busy.feed(greeting);
  for (std::uint32_t id = 1; id < 20'000; id += 2) {
    REQUIRE(busy.feed(frame(FrameType::headers, whole, id, block)));
  }

  World patient;
  patient.feed(greeting);
  for (int i = 0; i < 5000; ++i) {
    patient.loop().advance(std::chrono::milliseconds(20));
    REQUIRE(patient.feed(frame(FrameType::ping, none, 0, "12345678")));
  }
}
