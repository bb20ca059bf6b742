#include "server/h2/frame_watch.h"

#include <catch2/catch.hpp>
#include <string>

using h2::FrameWatch;
using h2::Verdict;

namespace {

std::string frame(char type, char flags, std::uint32_t id, std::string payload = "") {
  const auto size = payload.size();
  std::string text;
  text += static_cast<char>(size >> 16);
  text += static_cast<char>(size >> 8);
  text += static_cast<char>(size);
  text += type;
  text += flags;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(id >> shift);
  return text + payload;
}

const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr char end_stream = 1;

FrameWatch::Passed feed(FrameWatch& watch, std::string_view text) {
  return watch.feed(std::as_bytes(std::span(text)));
}

// Fed whole and fed byte by byte must come to the same.
Verdict judged(const std::string& frames) {
  FrameWatch whole;
  const Verdict verdict = feed(whole, preface + frames).verdict;
  FrameWatch dribble;
  Verdict slow = Verdict::fine;
  for (const char c : preface + frames) {
    slow = feed(dribble, std::string_view(&c, 1)).verdict;
    if (slow != Verdict::fine) break;
  }
  CHECK(slow == verdict);
  return verdict;
}

}  // namespace

TEST_CASE("frames in good order pass, however they are cut") {
  CHECK(judged(frame(4, 0, 0) + frame(1, 4, 1, "abc") + frame(0, 0, 1, "data") +
               frame(0, end_stream, 1, "more") + frame(1, 5, 3, "x")) == Verdict::fine);
}

TEST_CASE("DATA and HEADERS on a stream that the client has ended are STREAM_CLOSED") {
  CHECK(judged(frame(1, 5, 1, "abc") + frame(0, 0, 1, "late")) == Verdict::stream_closed);
  CHECK(judged(frame(1, 5, 1, "abc") + frame(1, 5, 1, "late")) == Verdict::stream_closed);
  CHECK(judged(frame(1, 4, 1, "abc") + frame(3, 0, 1, "1234") + frame(0, 0, 1, "late")) ==
        Verdict::stream_closed);
}

TEST_CASE("a stream identifier that was jumped over cannot be opened later") {
  CHECK(judged(frame(1, 5, 5, "abc") + frame(1, 5, 3, "abc")) == Verdict::protocol_error);
}

TEST_CASE("a stream that depends on itself is a protocol error") {
  CHECK(judged(frame(2, 0, 7, std::string("\0\0\0\7\1", 5))) == Verdict::protocol_error);
  CHECK(judged(frame(2, 0, 7, std::string("\0\0\0\5\1", 5))) == Verdict::fine);
  CHECK(judged(frame(2, 0, 0, std::string("\0\0\0\5\1", 5))) == Verdict::protocol_error);
}

TEST_CASE("nothing but CONTINUATION may follow a field block that has not ended") {
  const std::string open = frame(1, 1, 1, "abc");
  CHECK(judged(open + frame(9, 0, 1, "d") + frame(9, 4, 1, "e") + frame(1, 5, 3, "f")) ==
        Verdict::fine);
  CHECK(judged(open + frame(0, 0, 1, "x")) == Verdict::protocol_error);
  CHECK(judged(open + frame(9, 0, 1, "d") + frame(6, 0, 0, "12345678")) == Verdict::protocol_error);
}

TEST_CASE("a CONTINUATION larger than a frame may be is a frame size error") {
  const std::string open = frame(1, 1, 1, "abc");
  CHECK(judged(open + frame(9, 4, 1, std::string(16384, 'x'))) == Verdict::fine);
  CHECK(judged(open + frame(9, 4, 1, std::string(16385, 'x'))) == Verdict::frame_size_error);
}

TEST_CASE("a field block in more pieces than any client needs ends the connection") {
  std::string frames = frame(1, 1, 1, "abc");
  for (int i = 0; i < 8; ++i) frames += frame(9, 0, 1, "d");
  CHECK(judged(frames) == Verdict::fine);
  CHECK(judged(frames + frame(9, 0, 1, "d")) == Verdict::enhance_your_calm);
}

TEST_CASE("a priority for stream 0 is a protocol error") {
  CHECK(judged(frame(16, 0, 0, std::string("\0\0\0\0u=1", 7))) == Verdict::protocol_error);
  CHECK(judged(frame(16, 0, 0, std::string("\0\0\0\1u=1", 7))) == Verdict::fine);
}

TEST_CASE("the frame that ends a connection can be named") {
  FrameWatch watch;
  feed(watch, preface);
  while (feed(watch, frame(6, 0, 0, "12345678")).verdict == Verdict::fine) {
  }
  CHECK(watch.last_frame() == "PING on stream 0");
  FrameWatch another;
  feed(another, preface + frame(1, 5, 1, "abc") + frame(0, 0, 1, "late"));
  CHECK(another.last_frame() == "DATA on stream 1");
  FrameWatch third;
  feed(third, preface + frame(16, 0, 0, std::string("\0\0\0\1u=1", 7)));
  CHECK(third.last_frame() == "PRIORITY_UPDATE on stream 0");
}

TEST_CASE("the bytes before a bad frame still pass") {
  FrameWatch watch;
  const std::string good = preface + frame(1, 5, 1, "abc");
  const auto passed = feed(watch, good + frame(0, 0, 1, "late"));
  CHECK(passed.bytes == good.size());
}

TEST_CASE("floods run dry, traffic does not, and time refills") {
  FrameWatch watch;
  feed(watch, preface);
  const std::string empty_data = frame(0, 0, 1);
  feed(watch, frame(1, 4, 1, "abc"));
  int passed = 0;
  while (feed(watch, empty_data).verdict == Verdict::fine) ++passed;
  CHECK(passed == 1000);
  watch.refill(std::chrono::seconds(1));
  CHECK(feed(watch, empty_data).verdict == Verdict::fine);

  FrameWatch busy;
  feed(busy, preface);
  std::string requests;
  for (std::uint32_t id = 1; id < 20'000; id += 2) requests += frame(1, 5, id, "abc");
  CHECK(feed(busy, requests).verdict == Verdict::fine);
}
