// Connections over real sockets, in plain text, on one loop.
#include "server/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <vector>

#include "server/h2/frame.h"
#include "server/net/handle.h"
#include "server/net/plain_socket.h"
#include "server/net/reserve.h"
#include "tests/session/handlers.h"

using namespace std::chrono_literals;

namespace {

net::Clock::time_point present;
net::Clock::time_point look() { return present; }

// A plain socket, but for what derived ones say otherwise.
class Wrapping : public net::Socket {
 public:
  Wrapping(net::Fd fd, net::SocketBuffers& buffers) : plain_(std::move(fd), buffers) {}
  Status receive(const Sink& sink) override { return plain_.receive(sink); }
  Status write(std::span<const std::byte> bytes) override { return plain_.write(bytes); }
  Status flush() override { return plain_.flush(); }
  bool handshaken() const override { return true; }
  std::size_t unsent() const override { return plain_.unsent(); }
  std::size_t sealed() const override { return plain_.sealed(); }
  void shut_down() override { plain_.shut_down(); }
  void abandon() noexcept override { plain_.abandon(); }
  int fd() const override { return plain_.fd(); }
  net::Protection protection() const override { return {}; }
  const std::string& error() const override { return plain_.error(); }

 private:
  net::PlainSocket plain_;
};

// Whose first bytes are a handshake, which takes a second.
class ShakingHands final : public Wrapping {
 public:
  ShakingHands(net::Fd fd, net::SocketBuffers& buffers, int& shaken)
      : Wrapping(std::move(fd), buffers), shaken_(shaken) {}
  Status receive(const Sink& sink) override {
    if (!std::exchange(handshaken_, true)) {
      ++shaken_;
      present += 1s;
    }
    return Wrapping::receive(sink);
  }
  bool handshaken() const override { return handshaken_; }

 private:
  int& shaken_;
  bool handshaken_ = false;
};

// Whose client speaks no TLS.
class Mistaken final : public Wrapping {
 public:
  using Wrapping::Wrapping;
  Status receive(const Sink&) override { return Status::failed; }
  bool handshaken() const override { return false; }
  const std::string& error() const override { return error_; }
  net::HandshakeFault fault() const override { return net::HandshakeFault::plain_http; }
  void say_plainly(std::string_view text) override {
    REQUIRE(send(fd(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  }

 private:
  std::string error_ = "http request";
};

// Whose client has chosen HTTP/2.
class SpeakingHttp2 final : public Wrapping {
 public:
  using Wrapping::Wrapping;
  net::Protection protection() const override { return {"TLSv1.3", "", "h2"}; }
};

// Which has sent nothing of what waits when TCP gives up.
class Unheard final : public Wrapping {
 public:
  using Wrapping::Wrapping;
  Status flush() override { return ++flushes_ == 1 ? Status::open : status_of(ETIMEDOUT); }
  std::size_t unsent() const override { return flushes_; }

 private:
  std::size_t flushes_ = 0;
};

// That finds no memory for what it is to send.
class WithoutMemory final : public Wrapping {
 public:
  using Wrapping::Wrapping;
  Status flush() override { throw std::bad_alloc(); }
  void shut_down() override { throw std::bad_alloc(); }
};

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nhost: app.test\r\n\r\n";
}

// What connections share, and the clients' ends of their sockets.
struct World {
  net::Loop loop;
  net::Line line{loop, look};
  net::Line woken{loop, look};
  http::Limits limits;
  http::Timeouts timeouts;
  http::Output output;
  http::Date date;
  http::Tally tally;
  server::HandshakeFaults faults;
  net::SocketBuffers buffers;
  server::Workplace workplace{.loop = loop,
                              .limits = limits,
                              .timeouts = timeouts,
                              .output = output,
                              .date = date,
                              .tally = tally,
                              .handshake_faults = faults,
                              .log = nullptr,
                              .line = line,
                              .woken = woken,
                              .slice = net::Slice(1ms, look),
                              .complain = {}};
  std::vector<net::Fd> clients;
  std::vector<std::unique_ptr<server::Connection>> connections;

  int shaken = 0;
  int gone = 0;  // of the connections, those that have closed

  // A client that has sent `bytes`.
  int connect(http::Handler& root, const std::string& bytes) {
    return connect<net::PlainSocket>(root, bytes);
  }
  template <typename Socket>
  int connect_by(http::Handler& root, const std::string& bytes) {
    return connect<Socket>(root, bytes);
  }
  // The same over TCP, by a client with little room for what it has not read.
  template <typename Socket>
  int connect_over_tcp(http::Handler& root, const std::string& bytes);
  // The same, if they begin with a handshake.
  int shake_hands(http::Handler& root, const std::string& bytes) {
    return connect<ShakingHands>(root, bytes, shaken);
  }
  // One that speaks HTTP/2 and has acknowledged the SETTINGS, before `bytes`. When its connection
  // closes, the loop stops.
  int speak_http2(http::Handler& root, const std::string& bytes = "");

 private:
  template <typename Socket, typename... More>
  int connect(http::Handler& root, const std::string& bytes, More&... more) {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    clients.emplace_back(ends[0]);
    REQUIRE(write(ends[0], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    seat(root, std::make_unique<Socket>(net::Fd(ends[1]), buffers, more...));
    return ends[0];
  }
  void seat(http::Handler& root, std::unique_ptr<net::Socket> socket) {
    connections.push_back(std::make_unique<server::Connection>(
        std::move(socket), http::Peer{}, root, workplace, [this](server::Connection&) {
          ++gone;
          closed();
        }));
  }

  std::function<void()> closed = [] {};
};

template <typename Socket>
int World::connect_over_tcp(http::Handler& root, const std::string& bytes) {
  const net::Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(bind(listener.get(), name, size) == 0);
  REQUIRE(listen(listener.get(), 1) == 0);
  REQUIRE(getsockname(listener.get(), name, &size) == 0);
  net::Fd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int room = 4 * 1024;
  REQUIRE(setsockopt(client.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room) == 0);
  REQUIRE(::connect(client.get(), name, size) == 0);
  REQUIRE(write(client.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  net::Fd accepted(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  REQUIRE(accepted.get() >= 0);
  const int unsent = 64 * 1024;  // as [limits] has it
  setsockopt(accepted.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  seat(root, std::make_unique<Socket>(std::move(accepted), buffers));
  clients.push_back(std::move(client));
  return clients.back().get();
}

std::string frame(h2::FrameType type, std::uint8_t flags, std::uint32_t id,
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

struct Frame {
  h2::FrameHead head;
  std::string payload;
};
std::vector<Frame> frames_in(const std::string& bytes) {
  std::vector<Frame> frames;
  const std::span<const std::uint8_t> all(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                          bytes.size());
  for (std::size_t at = 0; at + h2::FrameHead::bytes <= all.size();) {
    const auto head = h2::read_head(all.subspan(at).first<h2::FrameHead::bytes>());
    at += h2::FrameHead::bytes;
    frames.push_back({head, bytes.substr(at, head.length)});
    at += head.length;
  }
  return frames;
}

int World::speak_http2(http::Handler& root, const std::string& bytes) {
  closed = [this] { loop.stop(); };
  return connect<SpeakingHttp2>(root, std::string(h2::preface) +
                                          frame(h2::FrameType::settings, h2::flag::none, 0) +
                                          frame(h2::FrameType::settings, h2::flag::ack, 0) + bytes);
}

std::string heard_by(int client, std::size_t most = 1 << 20) {
  std::string heard(most, '\0');
  const ssize_t got = read(client, heard.data(), heard.size());
  heard.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return heard;
}

// The same of a socket that blocks.
std::string received(int client, std::size_t most) {
  std::string heard(most, '\0');
  const ssize_t got = recv(client, heard.data(), heard.size(), MSG_DONTWAIT);
  heard.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return heard;
}

}  // namespace

TEST_CASE("a connection for which memory was lent pays for it, and no other does") {
  World world;
  std::vector<std::string> complaints;
  world.workplace.complain = [&](const std::string& why) { complaints.push_back(why); };
  std::vector<void*> lent;
  testing::Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/greedy") lent.push_back(net::Reserve::instance().take(10));
    exchange.respond(testing::text("hello"));
    world.loop.post([&] { world.loop.stop(); });
  });
  const int modest = world.connect(root, get("/"));
  const int greedy = world.connect(root, get("/greedy"));
  while (root.asked.size() < 2) world.loop.run();
  CHECK(heard_by(modest).ends_with("hello"));
  CHECK(heard_by(greedy).empty());
  REQUIRE(complaints.size() == 1);
  CHECK(complaints[0].ends_with("ended: no memory is left"));
  for (void* block : lent) net::Reserve::instance().give_back(block);
}

TEST_CASE("a connection is taken down though there is no memory for its last word") {
  World world;
  std::vector<std::string> complaints;
  world.workplace.complain = [&](const std::string& why) { complaints.push_back(why); };
  testing::Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text("hello"));
    world.loop.post([&] { world.loop.stop(); });
  });
  world.connect_by<WithoutMemory>(root, get("/"));
  world.loop.run();
  CHECK(world.gone == 1);
  CHECK(complaints.size() == 1);
}

TEST_CASE("a client that has sent 500 dear requests at once holds up another for a few of them") {
  World world;
  http::Handler* handler = nullptr;
  testing::Answering root([&](const http::Request& request, http::Exchange exchange) {
    present += 1s;
    // Who comes while the first is handled finds all the others waiting.
    if (world.connections.size() == 1) world.connect(*handler, get("/quiet"));
    exchange.respond(testing::text("hello"));
    if (request.target == "/quiet") world.loop.stop();
  });
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += get("/dear");
  handler = &root;
  world.connect(root, requests);
  world.loop.run();
  CHECK(root.asked.back() == "/quiet");
  CHECK(root.asked.size() <= 7);  // two slices of three
}

TEST_CASE("an answer that is dear to put together holds up another client for a few pieces of it") {
  World world;
  int pieces = 0;
  http::Handler* handler = nullptr;
  // Each piece takes a second; who comes during the first finds the others to come.
  const auto piece = [&](std::span<std::byte> into) {
    present += 1s;
    if (++pieces == 1) world.connect(*handler, get("/quiet"));
    std::fill(into.begin(), into.end(), std::byte{'x'});
  };
  struct Dear final : http::Body {
    explicit Dear(std::function<void(std::span<std::byte>)> made) : make(std::move(made)) {}
    http::Read read(std::span<std::byte> into, http::Waker&) override {
      make(into);
      return {into.size(), false};
    }
    const std::function<void(std::span<std::byte>)> make;
  };
  testing::Answering root([&](const http::Request& request, http::Exchange exchange) {
    http::Response response = testing::text("hello");
    if (request.target == "/dear") response.body = std::make_unique<Dear>(piece);
    exchange.respond(std::move(response));
    if (request.target == "/quiet") world.loop.stop();
  });
  handler = &root;
  world.connect(root, get("/dear"));
  world.loop.run();
  CHECK(root.asked.back() == "/quiet");
  CHECK(pieces >= 2);
  CHECK(pieces <= 4);
}

TEST_CASE("what is put off is handled in the turns that follow, though nothing more arrives") {
  World world;
  int handled = 0;
  testing::Answering root([&](const http::Request&, http::Exchange exchange) {
    present += 1s;
    exchange.respond(testing::text("hello"));
    if (++handled == 40) world.loop.post([&] { world.loop.stop(); });
  });
  std::string requests;
  for (int i = 0; i < 40; ++i) requests += get("/dear");
  const int client = world.connect(root, requests);
  world.loop.run();
  const std::string heard = heard_by(client);
  std::size_t answers = 0;
  for (auto at = heard.find("hello"); at != heard.npos; at = heard.find("hello", at + 1)) ++answers;
  CHECK(answers == 40);
}

TEST_CASE("thirty clients with many dear requests hold up another no longer than one does") {
  World world;
  http::Handler* handler = nullptr;
  int handled = 0;
  int came_after = 0;
  testing::Answering root([&](const http::Request& request, http::Exchange exchange) {
    present += 1s;
    if (++handled == 300) {
      came_after = handled;
      world.connect(*handler, get("/quiet"));
    }
    exchange.respond(testing::text("hello"));
    if (request.target == "/quiet") world.loop.stop();
  });
  handler = &root;
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += get("/dear");
  for (int i = 0; i < 30; ++i) world.connect(root, requests);
  world.loop.run();
  REQUIRE(came_after == 300);
  CHECK(root.asked.back() == "/quiet");
  CHECK(handled - came_after <= 7);
}

TEST_CASE("a handshake that comes to nothing is counted by its reason, and remarked on") {
  World world;
  std::vector<std::string> remarks;
  world.workplace.remark = [&](const std::string& what) {
    remarks.push_back(what);
    world.loop.post([&] { world.loop.stop(); });
  };
  testing::Answering root([](const http::Request&, http::Exchange) {});
  const int client = world.connect_by<Mistaken>(root, get("/"));
  world.loop.run();
  CHECK(heard_by(client).starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CHECK(world.gone == 1);
  const auto place = static_cast<std::size_t>(net::HandshakeFault::plain_http);
  CHECK(world.faults[place].get() == 1);
  CHECK(remarks ==
        std::vector<std::string>{"connection 0 from : no TLS handshake, plain_http: http request"});
}

TEST_CASE("a hundred handshakes at once hold up a client that is there for a few of them") {
  World world;
  http::Handler* handler = nullptr;
  int shaken_before = 0;
  testing::Answering root([&](const http::Request& request, http::Exchange exchange) {
    exchange.respond(testing::text("hello"));
    if (request.target == "/quiet") return world.loop.stop();
    if (world.shaken != 10) return;
    shaken_before = world.shaken;
    world.connect(*handler, get("/quiet"));
  });
  handler = &root;
  for (int i = 0; i < 100; ++i) world.shake_hands(root, get("/"));
  world.loop.run();
  CHECK(root.asked.back() == "/quiet");
  CHECK(shaken_before == 10);
  CHECK(world.shaken <= 15);
}

TEST_CASE("handshakes that wait for their turn are all done, and a client may leave meanwhile") {
  World world;
  int answered = 0;
  testing::Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text("hello"));
    if (++answered == 19) world.loop.post([&] { world.loop.stop(); });
  });
  for (int i = 0; i < 20; ++i) {
    // One sends nothing and goes: its end is read as a handshake, too.
    world.shake_hands(root, i == 7 ? "" : get("/"));
    if (i == 7) world.clients.back().reset();
  }
  world.loop.run();
  CHECK(answered == 19);
  CHECK(world.shaken == 20);
}

TEST_CASE("an event for two hundred streams does not hold up who asks for something meanwhile") {
  std::deque<testing::Feed> feeds;
  World world;
  http::Handler* handler = nullptr;
  std::size_t sent_before = 0;
  const auto sent = [&] {
    return static_cast<std::size_t>(
        std::ranges::count_if(feeds, [](const testing::Feed& feed) { return feed.reads > 1; }));
  };
  // Each has its own feed, whose second reading takes a second.
  class DearBody final : public http::Body {
   public:
    explicit DearBody(testing::Feed& feed) : feed_(feed), body_(feed) {}
    http::Read read(std::span<std::byte> into, http::Waker& later) override {
      if (!feed_.pending.empty()) present += 1s;
      return body_.read(into, later);
    }

   private:
    testing::Feed& feed_;
    testing::FeedBody body_;
  };
  const auto say = [&] {
    for (testing::Feed& feed : feeds) feed.say("event");
    world.loop.post([&] {
      sent_before = sent();
      world.connect(*handler, get("/quiet"));
    });
  };
  testing::Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/quiet") {
      exchange.respond(testing::text("hello"));
      return world.loop.stop();
    }
    http::Response response = testing::live(feeds.emplace_back());
    response.body = std::make_unique<DearBody>(feeds.back());
    exchange.respond(std::move(response));
    if (feeds.size() < 200) return;
    // When the turn is over in which the last were answered.
    world.loop.post([&] { world.loop.post(say); });
  });
  handler = &root;
  for (int i = 0; i < 200; ++i) world.connect(root, get("/live"));
  world.loop.run();
  CHECK(root.asked.back() == "/quiet");
  CHECK(sent_before > 0);
  CHECK(sent_before <= 10);  // in the turn in which all were woken
  CHECK(sent() <= sent_before + 10);
}

TEST_CASE("of a client in line no more is read than its session has room for") {
  World world;
  int handled = 0;
  testing::Answering root([&](const http::Request&, http::Exchange exchange) {
    present += 1s;
    exchange.respond(testing::text("hello"));
    if (++handled == 600) world.loop.stop();
  });
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += get("/dear");
  for (int i = 0; i < 100; ++i) world.connect(root, requests.substr(0, 10'000));
  const int client = world.clients.front().get();
  std::size_t taken = 0;
  std::function<void()> send = [&] {
    const ssize_t sent = write(client, requests.data(), requests.size());
    if (sent > 0) taken += static_cast<std::size_t>(sent);
    world.loop.post(send);
  };
  world.loop.post(send);
  world.loop.run();
  CHECK(taken < 1'000'000);
}

TEST_CASE("a connection without streams is told to go when the idle time is over, and closed") {
  World world;
  world.timeouts = {.handshake = 10ms, .idle = 20ms};
  testing::Answering root([](const http::Request&, http::Exchange) {});
  const int client = world.speak_http2(root);
  const auto began = world.loop.now();
  world.loop.run();
  CHECK(world.loop.now() - began >= 20ms);
  const std::vector<Frame> heard = frames_in(heard_by(client));
  REQUIRE_FALSE(heard.empty());
  CHECK(heard.back().head.type == h2::FrameType::goaway);
  CHECK(heard.back().payload == std::string(8, '\0'));  // no stream, NO_ERROR
  CHECK(world.tally.ended.get() == 0);                  // no fault of the client
}

// RFC 9113 section 8.1, RFC 9112 section 9.6.
TEST_CASE("a client that goes on sending after its answer is told to stop a second later") {
  const bool http2 = GENERATE(true, false);
  World world;
  testing::Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text("enough"));
  });
  // POST https://a/
  const std::string block =
      "\x83\x87\x84\x41\x01"
      "a";
  const int client =
      http2
          ? world.speak_http2(root, frame(h2::FrameType::headers, h2::flag::end_headers, 1, block))
          : world.connect(root, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n");
  const auto is_stop = [](const Frame& each) {
    return each.head.type == h2::FrameType::rst_stream && each.payload == std::string(4, '\0');
  };
  const auto began = world.loop.now();
  auto answered = began;
  auto stopped = began;
  const net::Watch watch(world.loop, client, [&](net::Watch::Ready) {
    const std::string heard = heard_by(client);
    if (heard.find("enough") != heard.npos) answered = world.loop.now();
    const bool over = http2 ? std::ranges::any_of(frames_in(heard), is_stop) : heard.empty();
    if (!over) return;
    stopped = world.loop.now();
    world.loop.stop();
  });
  net::Timer late(world.loop, [&] { world.loop.stop(); });
  late.start(5s);
  world.loop.run();
  CHECK(answered - began < 1s);
  CHECK(stopped - began >= 1s);
  CHECK(world.gone == (http2 ? 0 : 1));
}

TEST_CASE("a client with a live stream lives as long as it answers PINGs") {
  testing::Feed feed;
  World world;
  world.timeouts = {.handshake = 10ms, .idle = 20ms, .ping = 20ms, .ping_ack = 300ms};
  testing::Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::live(feed));
  });
  // GET https://a/
  const std::string block =
      "\x82\x87\x84\x41\x01"
      "a";
  const int client = world.speak_http2(
      root, frame(h2::FrameType::headers, h2::flag::end_headers | h2::flag::end_stream, 1, block));
  int pings = 0;
  const net::Watch watch(world.loop, client, [&](net::Watch::Ready) {
    for (const Frame& each : frames_in(heard_by(client))) {
      if (each.head.type != h2::FrameType::ping || ++pings == 4) continue;
      const std::string answer = frame(h2::FrameType::ping, h2::flag::ack, 0, each.payload);
      CHECK(write(client, answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()));
    }
  });
  world.loop.run();
  CHECK(pings == 4);  // the last was not answered
  CHECK(world.tally.limits_hit[static_cast<std::size_t>(http::Limit::ping_ack)].get() == 1);
}

TEST_CASE(
    "the time for a request's fields begins with them, though others ended in the same read") {
  const bool http2 = GENERATE(true, false);
  World world;
  world.timeouts = {.handshake = 20ms, .header = 200ms, .idle = 1s};
  std::vector<std::string> complaints;
  world.workplace.complain = [&](const std::string& why) { complaints.push_back(why); };
  testing::Answering root(
      [](const http::Request&, http::Exchange exchange) { exchange.respond(testing::text("x")); });
  // GET https://a/
  const std::string block =
      "\x82\x87\x84\x41\x01"
      "a";
  constexpr std::uint8_t whole = h2::flag::end_headers | h2::flag::end_stream;
  std::uint32_t id = 1;
  const auto next = [&] {
    if (!http2) return get("/");
    return frame(h2::FrameType::headers, whole, std::exchange(id, id + 2), block);
  };
  std::string waits = next();
  const auto say = [&](int client, std::size_t but) {
    const std::string bytes = waits.substr(0, waits.size() - but);
    waits.erase(0, bytes.size());
    CHECK(write(client, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  };
  const int client = http2 ? world.speak_http2(root) : world.connect(root, "");
  say(client, 1);
  int rounds = 0;
  net::Timer go_on(world.loop, [&] {
    if (++rounds == 30) return;  // and says nothing more
    waits += next();
    say(client, 1);
    go_on.start(20ms);
  });
  go_on.start(20ms);
  std::size_t asked = 0;
  net::Timer look(world.loop, [&] {
    if (rounds < 30) asked = root.asked.size();
    if (world.gone > 0) return world.loop.stop();
    look.start(5ms);
  });
  look.start(5ms);
  world.loop.run();
  CHECK(rounds == 30);
  CHECK(asked == 29);
  REQUIRE(complaints.size() == 1);
  CHECK(complaints[0].ends_with("the fields of a request did not come in time"));
}

TEST_CASE("a client that takes bytes slowly is not cut, one that takes none is") {
  const bool takes = GENERATE(true, false);
  World world;
  world.timeouts.handshake = 50ms;
  world.timeouts.stall = 300ms;
  std::vector<std::string> complaints;
  world.workplace.complain = [&](const std::string& why) { complaints.push_back(why); };
  testing::Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text(std::string(32 << 20, 'x')));
  });
  const int client = world.connect(root, get("/large"));
  std::size_t taken = 0;
  net::Timer take(world.loop, [&] {
    for (int i = 0; i < 8; ++i) taken += heard_by(client, 4096).size();
    take.start(5ms);
  });
  if (takes) take.start(5ms);
  net::Timer enough(world.loop, [&] { world.loop.stop(); });
  enough.start(1s);
  world.loop.run();
  CHECK(taken < 32 << 20);
  REQUIRE(complaints.size() == (takes ? 0 : 1));
  CHECK(world.tally.limits_hit[static_cast<std::size_t>(http::Limit::stall)].get() == !takes);
  if (!takes) CHECK(complaints[0].ends_with("it takes nothing of what is sent to it"));
}

TEST_CASE("HTTP/1.1 over TCP: who reads slowly outlives five stalls, who reads nothing is cut") {
  const bool takes = GENERATE(true, false);
  World world;
  world.timeouts.handshake = 50ms;
  world.timeouts.stall = 300ms;
  std::vector<std::string> complaints;
  world.workplace.complain = [&](const std::string& why) { complaints.push_back(why); };
  testing::Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text(std::string(32 << 20, 'x')));
  });
  const int client = world.connect_over_tcp<net::PlainSocket>(root, get("/large"));
  std::size_t taken = 0;
  net::Timer take(world.loop, [&] {
    taken += received(client, 512).size();
    take.start(5ms);
  });
  if (takes) take.start(5ms);
  net::Timer enough(world.loop, [&] { world.loop.stop(); });
  enough.start(takes ? 1700ms : 1000ms);
  world.loop.run();
  CHECK(world.gone == (takes ? 0 : 1));
  CHECK(complaints.size() == (takes ? 0 : 1));
  CHECK(world.tally.limits_hit[static_cast<std::size_t>(http::Limit::stall)].get() == !takes);
  if (takes) CHECK(taken > 20'000);
}

TEST_CASE("HTTP/2 over TCP: who reads slowly loses no stream, and has time for a PING") {
  // Its PING waits behind as much of the answer as the window allows.
  World world;
  world.timeouts = {.handshake = 50ms, .stall = 300ms, .ping = 100ms, .ping_ack = 300ms};
  testing::Feed feed;
  testing::Answering root([&](const http::Request& request, http::Exchange exchange) {
    if (request.target == "/live") return exchange.respond(testing::live(feed));
    exchange.respond(testing::text(std::string(1 << 20, 'x')));
  });
  std::vector<std::string> complaints;
  world.workplace.complain = [&](const std::string& why) { complaints.push_back(why); };
  const auto ask = [](std::uint32_t id, std::string_view path) {
    // GET, of https://a
    std::string block =
        "\x82\x87\x41\x01"
        "a"
        "\x04";
    block += static_cast<char>(path.size());
    block += path;
    return frame(h2::FrameType::headers, h2::flag::end_headers | h2::flag::end_stream, id, block);
  };
  const int client = world.connect_over_tcp<SpeakingHttp2>(
      root, std::string(h2::preface) + frame(h2::FrameType::settings, h2::flag::none, 0) +
                frame(h2::FrameType::settings, h2::flag::ack, 0) + ask(1, "/live") +
                ask(3, "/large"));
  std::string heard;
  std::size_t at = 0;  // of heard, what was looked at
  std::size_t data = 0;
  int pings = 0;
  int resets = 0;
  const auto look = [&] {
    for (; heard.size() - at >= h2::FrameHead::bytes;) {
      const std::span<const std::uint8_t> all(reinterpret_cast<const std::uint8_t*>(heard.data()),
                                              heard.size());
      const auto head = h2::read_head(all.subspan(at).first<h2::FrameHead::bytes>());
      if (heard.size() - at < h2::FrameHead::bytes + head.length) return;
      const std::string payload = heard.substr(at + h2::FrameHead::bytes, head.length);
      at += h2::FrameHead::bytes + head.length;
      if (head.type == h2::FrameType::data) data += head.length;
      if (head.type == h2::FrameType::rst_stream) ++resets;
      if (head.type != h2::FrameType::ping) continue;
      ++pings;
      world.loop.stop();
      const std::string answer = frame(h2::FrameType::ping, h2::flag::ack, 0, payload);
      if (write(client, answer.data(), answer.size()) < 0) ++resets;
    }
  };
  net::Timer take(world.loop, [&] {
    heard += received(client, 256);
    look();
    take.start(5ms);
  });
  take.start(5ms);
  net::Timer enough(world.loop, [&] { world.loop.stop(); });
  enough.start(10s);
  world.loop.run();
  CHECK(world.gone == 0);
  CHECK(resets == 0);
  CHECK(complaints.empty());
  CHECK(data == h2::default_window);
  CHECK(pings == 1);
}

TEST_CASE("HTTP/1.0: an answer that is cut ends with a reset, one that is whole does not") {
  const bool body_ends = GENERATE(true, false);
  const std::size_t bytes = GENERATE(8, 8 << 20);  // the greater fills all buffers there are
  World world;
  testing::Feed feed;
  feed.pending = std::string(bytes, 'x');
  feed.ended = body_ends;
  testing::Answering root([&](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::live(feed));
  });
  const int client = world.connect_over_tcp<net::PlainSocket>(root, "GET / HTTP/1.0\r\n\r\n");
  net::Timer enough(world.loop, [&] { world.loop.stop(); });
  enough.start(100ms);
  world.loop.run();
  REQUIRE(root.asked.size() == 1);
  world.connections.clear();
  ssize_t got = 0;
  std::array<char, 4096> room{};
  do got = recv(client, room.data(), room.size(), 0);
  while (got > 0);
  const bool whole = body_ends && bytes == 8;
  CHECK(got == (whole ? 0 : -1));
}

TEST_CASE("a client that leaves while much waits for it is not blamed for taking nothing") {
  World world;
  world.timeouts.handshake = 50ms;
  world.timeouts.stall = 600ms;
  std::vector<std::string> complaints;
  world.workplace.complain = [&](const std::string& why) { complaints.push_back(why); };
  testing::Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text(std::string(32 << 20, 'x')));
  });
  world.connect(root, get("/large"));
  net::Timer leave(world.loop, [&] {
    world.clients.clear();
    if (world.gone > 0) return world.loop.stop();
    leave.start(5ms);
  });
  leave.start(400ms);
  world.loop.run();
  CHECK(world.gone == 1);
  CHECK(complaints.empty());
}

TEST_CASE("a client on whom TCP gives up while something waits for it has taken nothing") {
  World world;
  world.workplace.complain = [&](const std::string& why) {
    CHECK(why.ends_with("it takes nothing of what is sent to it"));
    world.loop.stop();
  };
  testing::Answering root([](const http::Request&, http::Exchange exchange) {
    exchange.respond(testing::text("hello"));
  });
  world.connect_by<Unheard>(root, get("/"));
  world.loop.run();
  CHECK(world.gone == 1);
  CHECK(world.tally.limits_hit[static_cast<std::size_t>(http::Limit::stall)].get() == 1);
}
