// A connection of HTTP/2 whose frames are well formed in themselves, in any order and at any time:
// gets to streams, windows and bodies, where raw bytes (h2.cc) fail at their first length. Each
// step of the input is a kind, and what that kind needs.
#include <memory>
#include <string>
#include <vector>

#include "fuzz/bytes.h"
#include "fuzz/h2_client.h"
#include "fuzz/target.h"
#include "server/h2/session.h"
#include "tests/session/handlers.h"

namespace {

using fuzz::Bytes;

struct Forgetful final : http::Waker {
  void wake() override {}
};

// What handlers keep beyond their call: answers that live, contents that are read as they come.
struct Kept {
  std::vector<std::unique_ptr<testing::Feed>> feeds;
  std::vector<std::pair<http::Exchange, std::unique_ptr<http::Body>>> uploads;
};

void answer(Kept& kept, const http::Request& request, http::Exchange exchange) {
  fuzz::require(!request.target.empty() && !request.method.empty(), "a request is whole");
  const std::string_view path = request.path();
  if (path == "/feed") {
    kept.feeds.push_back(std::make_unique<testing::Feed>());
    return exchange.respond(testing::live(*kept.feeds.back()));
  }
  if (path == "/hinted") {
    exchange.hint({{"link", "</a.css>; rel=preload; as=style"}});
    exchange.push("/large", {.urgency = 1, .incremental = true});
    exchange.push("/feed", {});
  }
  if (path == "/collected") {
    return http::Exchange::collect(
        std::move(exchange), 1000,
        [](http::Exchange back, std::string got) { back.respond(testing::text(std::move(got))); });
  }
  if (path == "/read") {
    auto content = exchange.content();
    kept.uploads.emplace_back(std::move(exchange), std::move(content));
    return;
  }
  if (path == "/dropped") return;
  if (path == "/broken") {
    http::Response response;
    response.body = std::make_unique<testing::BrokenBody>();
    return exchange.respond(std::move(response));
  }
  exchange.respond(testing::text(path == "/large" ? std::string(100'000, 'x') : "x"));
}

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t id,
                  std::string_view payload) {
  std::string text;
  const auto put = [&](std::size_t value) { text += static_cast<char>(value & 0xffU); };
  put(payload.size() >> 16);
  put(payload.size() >> 8);
  put(payload.size());
  put(type);
  put(flags);
  put(id >> 24);
  put(id >> 16);
  put(id >> 8);
  put(id);
  return text.append(payload);
}

std::string number(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xffU);
  return text;
}

// A literal field without indexing (RFC 7541 section 6.2.2).
std::string field(std::string_view name, std::string_view value) {
  std::string text(1, '\0');
  text += static_cast<char>(std::min<std::size_t>(name.size(), 126));
  text += name.substr(0, 126);
  text += static_cast<char>(std::min<std::size_t>(value.size(), 126));
  return text.append(value.substr(0, 126));
}

std::string header_block(Bytes& input) {
  static constexpr std::string_view methods[] = {"GET", "POST", "HEAD", "CONNECT"};
  static constexpr std::string_view paths[] = {"/",     "/feed",    "/hinted", "/collected",
                                               "/read", "/dropped", "/broken", "/large"};
  static constexpr std::string_view names[] = {"content-length", "te",     "expect", "trailer",
                                               "priority",       "x",      "cookie", "host",
                                               ":protocol",      "upgrade"};
  const std::uint8_t shape = input.byte();
  std::string block = field(":method", methods[shape & 3U]);
  if ((shape & 0x80U) == 0) block += field(":scheme", "https");
  block += field(":path", paths[shape >> 2U & 7U]) + field(":authority", "a");
  const std::uint8_t more = input.byte() & 3U;
  for (std::uint8_t i = 0; i < more; ++i) {
    const auto name = names[input.byte() % std::size(names)];
    block += field(name, input.text(input.byte() & 31U));
  }
  return block;
}

std::string next_frame(Bytes& input, std::uint8_t kind) {
  static constexpr std::uint32_t amounts[] = {0, 1, 10, 100, 65'535, 1U << 20, 0x7fff'ffff};
  const std::uint32_t id = input.byte() & 0x1fU;
  const auto amount = [&] { return amounts[input.byte() % std::size(amounts)]; };
  switch (kind) {
    case 0:
    case 1: {
      const std::uint8_t flags = input.byte() & 0x05U;
      return frame(1, flags, id, header_block(input));
    }
    case 2:
    case 3: {
      const std::uint8_t flags = input.byte() & 0x09U;
      return frame(0, flags, id, input.text());
    }
    case 4:
      return frame(3, 0, id, number(input.byte()));
    case 5: {
      const std::string setting = std::string(1, '\0') + static_cast<char>(input.byte() % 11);
      return frame(4, 0, 0, setting + number(amount()));
    }
    case 6:
      return frame(8, 0, id, number(amount()));
    case 7:
      return frame(16, 0, 0, number(id).append(input.text()));
    case 8: {
      const std::uint8_t flags = input.byte() & 4U;
      return frame(9, flags, id, header_block(input));
    }
    case 9:
      return frame(6, input.byte() & 1U, 0, "12345678");
    case 10:
      return frame(7, 0, 0, number(id) + number(input.byte()));
    case 11:
      return frame(2, 0, id, number(amount()) + '\x10');
    case 12:
      return frame(1, input.byte(), id, input.text());
    case 13:
      return frame(4, 1, 0, "");
    default:
      return frame(input.byte(), input.byte(), id, input.text());
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Bytes input(fuzz::text_of(bytes, std::min<std::size_t>(size, 2048)));
  Kept kept;
  testing::Answering root([&kept](const http::Request& request, http::Exchange exchange) {
    answer(kept, request, std::move(exchange));
  });
  net::Loop loop(net::Loop::Time::manual);
  http::Limits limits;
  limits.concurrent_streams = 8;
  http::Tally tally;
  http::Date date;
  const http::Peer self;
  Forgetful forgetful;
  fuzz::H2Client client;
  // Two requests in each turn, if as many are there; most calls of receive() are a turn of their
  // own.
  net::Slice slice({}, [] { return net::Clock::time_point(); });
  // After what its streams refer to, before what reads from it.
  auto session = std::make_unique<h2::Session>(h2::Session::Surroundings{.root = root,
                                                                         .limits = limits,
                                                                         .peer = self,
                                                                         .loop = loop,
                                                                         .tally = tally,
                                                                         .date = date,
                                                                         .log = nullptr,
                                                                         .slice = &slice},
                                               [] {});
  const std::string settings = frame(4, 0, 0, "");
  client.sent(settings);
  std::string arriving = std::string(h2::preface) + settings;
  bool open = true;
  while (open && !input.empty()) {
    const std::uint8_t kind = input.byte() & 31U;
    if (kind < 24) {
      const std::string frame = next_frame(input, kind);
      client.sent(frame);
      arriving += frame;
      continue;
    }
    if (kind < 29) {
      if (kind != 24) slice.begin();
      open = session->receive(std::as_bytes(std::span(arriving)));
      arriving.clear();
    }
    if (kind == 25) loop.advance(std::chrono::milliseconds(100) * input.byte());
    if (kind == 26 && !kept.feeds.empty()) {
      testing::Feed& feed = *kept.feeds[input.byte() % kept.feeds.size()];
      feed.say(input.text());
    }
    if (kind == 27 && !kept.feeds.empty()) kept.feeds[input.byte() % kept.feeds.size()]->end();
    if (kind == 28 && !kept.uploads.empty()) {
      auto& [exchange, content] = kept.uploads[input.byte() % kept.uploads.size()];
      std::byte into[300];
      try {
        if (content && content->read(into, forgetful).end) content = nullptr;
      } catch (const std::exception&) {
        content = nullptr;  // the client has left in the middle
      }
      if (input.byte() > 127) exchange.respond(testing::text("read"));
      if (input.byte() > 127) content = nullptr;
    }
    if (kind == 29) session->reset_stalled(loop.now());
    if (kind == 30) session->announce_drain();
    if (kind == 31) session->stop_uploads();
    loop.settle();
    http::Output output;
    for (int records = 0; records < 4 && session->fill(output); ++records) {
      client.received(output.bytes());
      output.clear();
    }
    client.received(output.bytes());
    if (session->done()) break;
  }
  // In either order, as connections close and apps stop.
  if (size % 2 == 0) kept.uploads.clear();
  session = nullptr;
  for (const auto& feed : kept.feeds) {
    fuzz::require(feed->waiting == nullptr, "a body that has gone waits for nothing");
  }
  return 0;
}
