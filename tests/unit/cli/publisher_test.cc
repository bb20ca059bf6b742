#include "cli/publisher.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/net/error.h"
#include "server/net/handle.h"

namespace {

// Answers one request on the loopback with what it is told, over plain HTTP.
class Answerer {
 public:
  explicit Answerer(std::string answer)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), answer_(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* name = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(bind(socket_.get(), name, length) == 0);
    REQUIRE(listen(socket_.get(), 1) == 0);
    REQUIRE(getsockname(socket_.get(), name, &length) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Answerer() {
    if (thread_.joinable()) thread_.join();
  }
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // Waits until it has answered.
  const std::string& request() {
    thread_.join();
    return request_;
  }

 private:
  void serve() {
    const net::Fd client(accept(socket_.get(), nullptr, nullptr));
    std::array<char, 4096> piece{};
    while (request_.empty() || request_.back() != '}') {
      const ssize_t count = recv(client.get(), piece.data(), piece.size(), 0);
      if (count <= 0) return;
      request_.append(piece.data(), static_cast<std::size_t>(count));
    }
    send(client.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
  }

  net::Fd socket_;
  std::string answer_;
  int port_ = 0;
  std::string request_;
  std::thread thread_;
};

std::string answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\ncontent-length: " + std::to_string(body.size()) +
         "\r\nconnection: close\r\n\r\n" + body;
}

const cli::Message hello{.text = "hello", .json = false, .topics = {"news"}, .type = "", .id = ""};

std::string complaint(const std::string& url) {
  try {
    cli::Publisher({.target = cli::parse_target(url), .token = "", .ca_file = ""}).publish(hello);
  } catch (const net::Error& error) {
    return error.what();
  }
  return "(none)";
}

}  // namespace

TEST_CASE("a message is sent as a text, or as the JSON value that it is") {
  CHECK(cli::to_json(hello) == R"({"message":"hello","topic":"news"})");
  CHECK(nlohmann::json::parse(cli::to_json({R"({"a":1})", true, {"t"}, "tick", "7"})) ==
        nlohmann::json::parse(R"({"message":{"a":1},"topic":"t","type":"tick","id":"7"})"));
  cli::Message several = hello;
  several.topics = {"a", "b"};
  several.is_private = true;
  several.retry = std::chrono::seconds(1);
  CHECK(nlohmann::json::parse(cli::to_json(several)) ==
        nlohmann::json::parse(
            R"({"message":"hello","topic":["a","b"],"private":true,"retry":1000})"));
  CHECK_THROWS_WITH(cli::to_json({"{", true, {"t"}, "", ""}),
                    Catch::StartsWith("the message is not JSON: it goes wrong at byte "));
  CHECK_THROWS_WITH(cli::to_json({"\xFF", false, {"t"}, "", ""}),
                    "the message is not UTF-8: encode binary data first, in base64 for example");
}

TEST_CASE("a URL without a path is posted to /send, one with a path as it is") {
  CHECK(cli::parse_target("localhost:8443").url == "https://localhost:8443/send");
  CHECK(cli::parse_target("https://app.test/").url == "https://app.test/send");
  CHECK(cli::parse_target("https://app.test/api/send").url == "https://app.test/api/send");
  CHECK(cli::parse_target("https://[::1]:1").loopback);
  CHECK(cli::parse_target("https://[::1]:1").host == "::1");
  CHECK(cli::parse_target("127.9.9.9:1").loopback);
  CHECK(cli::parse_target("a.localhost").loopback);
  CHECK_FALSE(cli::parse_target("localhost.test").loopback);
  CHECK_THROWS_AS(cli::parse_target(""), net::Error);
  CHECK_THROWS_WITH(
      cli::parse_target("http://app.test"),
      "\"http://app.test\" is not an https URL: messages and tokens go encrypted only");
}

TEST_CASE("the id of the answer is returned, and the token was sent") {
  Answerer server(answer("200 OK", R"({"success":true,"id":"abc-7"})"));
  cli::Publisher publisher(
      {.target = cli::parse_target(server.url()), .token = "t.o.k", .ca_file = ""});
  CHECK(publisher.publish(hello) == "abc-7");
  const std::string& request = server.request();
  CHECK_THAT(request, Catch::StartsWith("POST /send HTTP/1.1\r\n"));
  CHECK_THAT(request, Catch::Contains("authorization: Bearer t.o.k\r\n"));
  CHECK_THAT(request, Catch::EndsWith(R"({"message":"hello","topic":"news"})"));
}

TEST_CASE("a refusal is told in the server's own words") {
  const Answerer server(answer("403 Forbidden", R"({"status":403,"detail":"Give a token."})"));
  CHECK(complaint(server.url()) == server.url() + "/send answered 403: Give a token.");
}

TEST_CASE("an answer that is not Herald's is told") {
  const Answerer server(answer("200 OK", "<html>"));
  CHECK(complaint(server.url()) ==
        server.url() + "/send answered without an id: is it herald's /send?");
}

TEST_CASE("a server that is not there is told") {
  CHECK_THAT(complaint("https://127.0.0.1:1"),
             Catch::StartsWith("cannot connect to https://127.0.0.1:1/send: ") &&
                 Catch::EndsWith("; is herald serving there?"));
}
