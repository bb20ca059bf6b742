// Connections over real sockets, in plain text, on one loop.
#include "server/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <vector>

#include "server/net/handle.h"
#include "server/net/plain_socket.h"
#include "server/net/reserve.h"
#include "tests/session/handlers.h"

using namespace std::chrono_literals;

namespace {

net::Clock::time_point present;
net::Clock::time_point look() { return present; }

// Whose first bytes are a handshake, which takes a second.
class ShakingHands final : public net::Socket {
 public:
  ShakingHands(net::Fd fd, net::SocketBuffers& buffers, int& shaken)
      : plain_(std::move(fd), buffers), shaken_(shaken) {}
  Status receive(const Sink& sink) override {
    if (!std::exchange(handshaken_, true)) {
      ++shaken_;
      present += 1s;
    }
    return plain_.receive(sink);
  }
  Status write(std::span<const std::byte> bytes) override { return plain_.write(bytes); }
  Status flush() override { return plain_.flush(); }
  bool handshaken() const override { return handshaken_; }
  std::size_t unsent() const override { return plain_.unsent(); }
  std::size_t sealed() const override { return plain_.sealed(); }
  void shut_down() override { plain_.shut_down(); }
  int fd() const override { return plain_.fd(); }
  net::Protection protection() const override { return {}; }
  const std::string& error() const override { return plain_.error(); }

 private:
  net::PlainSocket plain_;
  int& shaken_;
  bool handshaken_ = false;
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
  http::Counter failed;
  net::SocketBuffers buffers;
  server::Workplace workplace{.loop = loop,
                              .limits = limits,
                              .timeouts = timeouts,
                              .output = output,
                              .date = date,
                              .tally = tally,
                              .handshakes_failed = failed,
                              .log = nullptr,
                              .line = line,
                              .woken = woken,
                              .slice = net::Slice(1ms, look),
                              .complain = {}};
  std::vector<net::Fd> clients;
  std::vector<std::unique_ptr<server::Connection>> connections;

  int shaken = 0;

  // A client that has sent `bytes`.
  int connect(http::Handler& root, const std::string& bytes) {
    return connect<net::PlainSocket>(root, bytes);
  }
  // The same, if they begin with a handshake.
  int shake_hands(http::Handler& root, const std::string& bytes) {
    return connect<ShakingHands>(root, bytes, shaken);
  }

 private:
  template <typename Socket, typename... More>
  int connect(http::Handler& root, const std::string& bytes, More&... more) {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    clients.emplace_back(ends[0]);
    REQUIRE(write(ends[0], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    connections.push_back(std::make_unique<server::Connection>(
        std::make_unique<Socket>(net::Fd(ends[1]), buffers, more...), http::Peer{}, root, workplace,
        [](server::Connection&) {}));
    return ends[0];
  }
};

std::string heard_by(int client) {
  std::string heard(1 << 20, '\0');
  const ssize_t got = read(client, heard.data(), heard.size());
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
