#include "compare/tls_pipe.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "server/net/error.h"
#include "server/net/loop.h"
#include "server/net/ticket_keys.h"
#include "server/net/tls_context.h"
#include "tests/support/cable.h"
#include "tests/support/identity.h"

using namespace std::chrono_literals;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

// Remembers what it was told, and says `greeting` as soon as it can.
struct End final : lab::TlsPipe::User {
  lab::TlsPipe* pipe = nullptr;
  std::string greeting;
  std::string heard;
  bool secure = false;
  bool ended = false;
  std::string why;

  void secured() override {
    secure = true;
    pipe->write(bytes_of(greeting));
  }
  void received(std::span<const std::byte> bytes) override {
    heard.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void drained() override {}
  void closed(const std::string& reason) override {
    ended = true;
    why = reason;
  }
};

// A server and any number of clients, 10 ms apart.
struct Pair {
  net::Loop loop{net::Loop::Time::manual};
  net::TicketKeys keys;
  net::TlsContext server_tls{*testing::test_identity().credentials, keys};
  End server_end;
  std::unique_ptr<lab::TlsPipe> server;
  testing::Cable cable{loop, 10ms,
                       [this](std::unique_ptr<lab::Transport> transport) -> lab::Transport::User& {
                         server = std::make_unique<lab::TlsPipe>(server_tls, server_end);
                         server_end.pipe = server.get();
                         server->join(std::move(transport));
                         return *server;
                       }};
  End client_end;
  std::unique_ptr<lab::TlsPipe> client;

  void connect(const lab::TlsClient& tls, const std::string& host = "app.test",
               const lab::TlsTicket& offered = {}) {
    client = std::make_unique<lab::TlsPipe>(tls, host, offered, client_end);
    client_end.pipe = client.get();
    client->join(cable.dial(*client));
  }
  void advance(std::chrono::milliseconds by) {
    for (std::chrono::milliseconds done{0}; done < by; done += 1ms) loop.advance(1ms);
  }
};

lab::TlsClient::Options trusting() {
  lab::TlsClient::Options options;
  options.ca_file = testing::test_identity().ca_file;
  return options;
}

}  // namespace

TEST_CASE("a client speaks with the last flight of its handshake, two round trips after dialling") {
  Pair pair;
  const lab::TlsClient tls(trusting());
  pair.client_end.greeting = "hello";
  pair.connect(tls);
  pair.advance(39ms);
  CHECK_FALSE(pair.client_end.secure);
  pair.advance(1ms);
  CHECK(pair.client_end.secure);
  CHECK(pair.server_end.heard.empty());
  pair.advance(10ms);
  CHECK(pair.server_end.secure);
  CHECK(pair.server_end.heard == "hello");
  CHECK(pair.client->version() == "TLSv1.3");
}

TEST_CASE("bytes written between two flushes arrive together") {
  Pair pair;
  const lab::TlsClient tls(trusting());
  pair.connect(tls);
  pair.advance(60ms);
  pair.server->write(bytes_of("one "));
  pair.server->write(bytes_of("two"));
  pair.advance(20ms);
  CHECK(pair.client_end.heard.empty());
  pair.server->flush();
  pair.advance(10ms);
  CHECK(pair.client_end.heard == "one two");
}

TEST_CASE("a ticket resumes any number of connections, also after one that was just dropped") {
  Pair pair;
  const lab::TlsClient tls(trusting());
  pair.connect(tls);
  pair.advance(100ms);
  REQUIRE(pair.client->ticket());
  CHECK_FALSE(pair.client->resumed());
  const lab::TlsTicket ticket = pair.client->ticket();
  for (int run = 0; run < 3; ++run) {
    pair.connect(tls, "app.test", ticket);
    pair.advance(100ms);
    CHECK(pair.client->resumed());
  }
}

TEST_CASE("a certificate that nobody vouches for is refused, and the sentence says what to do") {
  Pair pair;
  const lab::TlsClient tls({});
  pair.connect(tls);
  pair.advance(100ms);
  CHECK_FALSE(pair.client_end.secure);
  CHECK(pair.client_end.why ==
        "the certificate of app.test is not trusted (unable to get local issuer certificate): "
        "give its CA with --ca FILE, or --insecure");
}

TEST_CASE("a certificate for another host is refused") {
  Pair pair;
  const lab::TlsClient tls(trusting());
  pair.connect(tls, "other.test");
  pair.advance(100ms);
  CHECK_THAT(pair.client_end.why, Catch::Contains("hostname mismatch"));
  pair.connect(tls, "127.0.0.2");
  pair.advance(100ms);
  CHECK_THAT(pair.client_end.why, Catch::Contains("IP address mismatch"));
}

TEST_CASE("a numeric address is verified as one") {
  Pair pair;
  const lab::TlsClient tls(trusting());
  pair.connect(tls, "127.0.0.1");
  pair.advance(100ms);
  CHECK(pair.client_end.secure);
}

TEST_CASE("without verification any certificate will do") {
  Pair pair;
  const lab::TlsClient tls({.verify = lab::TlsClient::Verify::off, .ca_file = {}});
  pair.connect(tls, "other.test");
  pair.advance(100ms);
  CHECK(pair.client_end.secure);
}

TEST_CASE("a file without a certificate is no CA") {
  CHECK_THROWS_WITH(lab::TlsClient({.verify = lab::TlsClient::Verify::on,
                                    .ca_file = testing::test_identity().key_file}),
                    testing::test_identity().key_file +
                        " has no certificate in PEM form: give a CA's with --ca FILE");
}

TEST_CASE("an orderly end is told apart from a broken one") {
  Pair pair;
  const lab::TlsClient tls(trusting());
  pair.connect(tls);
  pair.advance(100ms);
  pair.server->write(bytes_of("bye"));
  pair.server->close();
  pair.advance(10ms);
  CHECK(pair.client_end.heard == "bye");
  CHECK(pair.client_end.ended);
  CHECK(pair.client_end.why.empty());

  pair.connect(tls);
  pair.advance(100ms);
  pair.cable.cut("the connection was reset");
  pair.server->write(bytes_of("bye"));
  pair.server->flush();
  pair.advance(10ms);
  CHECK(pair.client_end.why == "the connection was reset");
}

TEST_CASE("a server that goes away during the handshake is named as that") {
  Pair pair;
  const lab::TlsClient tls(trusting());
  pair.connect(tls);
  pair.advance(20ms);
  pair.server = nullptr;
  pair.advance(10ms);
  CHECK(pair.client_end.why == "the connection was closed during the TLS handshake");
}

TEST_CASE("what does not speak TLS is named as that") {
  struct Mute final : lab::Transport::User {
    std::unique_ptr<lab::Transport> transport;
    void connected() override {}
    void received(std::span<const std::byte>) override {
      transport->send(bytes_of("HTTP/1.1 400 Bad Request\r\n\r\n"));
    }
    void drained() override {}
    void closed(const std::string&) override {}
  };
  net::Loop loop{net::Loop::Time::manual};
  Mute mute;
  testing::Cable cable(loop, 10ms, [&](auto transport) -> lab::Transport::User& {
    mute.transport = std::move(transport);
    return mute;
  });
  const lab::TlsClient tls({});
  End end;
  lab::TlsPipe pipe(tls, "app.test", {}, end);
  end.pipe = &pipe;
  pipe.join(cable.dial(pipe));
  for (int i = 0; i < 60; ++i) loop.advance(1ms);
  CHECK(end.why == "what answers there does not speak TLS");
}
