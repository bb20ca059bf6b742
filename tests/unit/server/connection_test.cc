// Connections over real sockets, in plain text, on one loop.
#include "server/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "server/net/handle.h"
#include "server/net/plain_socket.h"
#include "tests/session/handlers.h"

using namespace std::chrono_literals;

namespace {

net::Clock::time_point present;
net::Clock::time_point look() { return present; }

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nhost: app.test\r\n\r\n";
}

// What connections share, and the clients' ends of their sockets.
struct World {
  net::Loop loop;
  net::Line line{loop, look};
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
                              .slice = net::Slice(1ms, look),
                              .complain = {}};
  std::vector<net::Fd> clients;
  std::vector<std::unique_ptr<server::Connection>> connections;

  // A client that has sent `bytes`.
  int connect(http::Handler& root, const std::string& bytes) {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    clients.emplace_back(ends[0]);
    REQUIRE(write(ends[0], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    connections.push_back(std::make_unique<server::Connection>(
        std::make_unique<net::PlainSocket>(net::Fd(ends[1]), buffers), http::Peer{}, root,
        workplace, [](server::Connection&) {}));
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
