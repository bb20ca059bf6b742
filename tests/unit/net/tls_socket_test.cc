#include "server/net/tls_socket.h"

#include <malloc.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <string>

#include "tests/support/identity.h"
#include "tests/support/refusal.h"

using Status = net::Socket::Status;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// A client of OpenSSL's and a TlsSocket, over a pair of sockets; one thread does both.
class Pair {
 public:
  explicit Pair(int version = TLS1_3_VERSION, const char* suite = "TLS_AES_128_GCM_SHA256",
                SSL_SESSION* offered = nullptr) {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    server.emplace(net::Fd(ends[0]), tls(), buffers_);
    client_end_ = net::Fd(ends[1]);
    client_tls_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_max_proto_version(client_tls_.get(), version);
    SSL_CTX_set_ciphersuites(client_tls_.get(), suite);
    client.reset(SSL_new(client_tls_.get()));
    SSL_set_alpn_protos(client.get(), reinterpret_cast<const unsigned char*>("\x02h2"), 3);
    SSL_set_fd(client.get(), client_end_.get());
    SSL_set_connect_state(client.get());
    if (offered) SSL_set_session(client.get(), offered);
  }

  // Whatever each has to say, until both are silent.
  void settle() {
    for (int round = 0; round < 20; ++round) {
      if (!SSL_is_init_finished(client.get())) SSL_do_handshake(client.get());
      char text[16384];
      for (std::size_t got = 0; SSL_read_ex(client.get(), text, sizeof text, &got) == 1;) {
        client_heard.append(text, got);
      }
      ERR_clear_error();
      if (status != Status::open) continue;
      status = server->receive([&](auto content) {
        server_heard.append(reinterpret_cast<const char*>(content.data()), content.size());
      });
    }
  }
  void client_says(std::string_view text) {
    std::size_t written = 0;
    REQUIRE(SSL_write_ex(client.get(), text.data(), text.size(), &written) == 1);
  }
  void server_says(std::string_view text) {
    REQUIRE(server->write(bytes_of(text)) == Status::open);
    REQUIRE(server->flush() == Status::open);
  }
  int client_fd() const { return client_end_.get(); }
  net::SendBuffer& sealed() { return buffers_.sealed; }

 private:
  static const net::TlsContext& tls() {
    static net::TicketKeys keys;
    static const net::TlsContext context(*testing::test_identity().credentials, keys);
    return context;
  }

  net::SocketBuffers buffers_;
  net::Fd client_end_;
  net::Handle<SSL_CTX, SSL_CTX_free> client_tls_;

 public:
  std::optional<net::TlsSocket> server;
  net::Handle<SSL, SSL_free> client;
  Status status = Status::open;
  std::string client_heard, server_heard;
};

}  // namespace

TEST_CASE("both sides are heard with each version and suite") {
  const auto [version, suite, name] = GENERATE(table<int, const char*, std::string>(
      {{TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"},
       {TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"},
       {TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"},
       {TLS1_2_VERSION, "TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"}}));
  Pair pair(version, suite);
  pair.settle();
  REQUIRE(pair.server->handshaken());
  const net::Protection protection = pair.server->protection();
  CHECK(protection.cipher == name);
  CHECK(protection.version == (version == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2"));
  CHECK(protection.protocol == "h2");
  CHECK_FALSE(protection.resumed);

  std::string question, answer;
  for (int round = 0; round < 20; ++round) {
    const std::string text(static_cast<std::size_t>(round * round * 40), 'x');
    question += text + "?";
    answer += text + "!";
    pair.client_says(text + "?");
    pair.server_says(text + "!");
    pair.settle();
  }
  CHECK(pair.server_heard == question);
  CHECK(pair.client_heard == answer);
}

TEST_CASE("records are no longer than the client has asked for") {
  const int version = GENERATE(TLS1_3_VERSION, TLS1_2_VERSION);
  Pair pair(version);
  SSL_set_tlsext_max_fragment_length(pair.client.get(), TLSEXT_max_fragment_length_512);
  pair.settle();
  REQUIRE(pair.server->handshaken());
  const std::string answer(5000, 'a');
  pair.server_says(answer);
  pair.settle();
  CHECK(pair.client_heard == answer);  // a longer record would be refused: record_overflow
}

TEST_CASE("what a client says with the end of its handshake is heard") {
  Pair pair;
  SSL_do_handshake(pair.client.get());
  REQUIRE(pair.server->receive([](auto) {}) == Status::open);
  REQUIRE(SSL_do_handshake(pair.client.get()) == 1);
  pair.client_says("at once");
  pair.settle();
  CHECK(pair.server_heard == "at once");
}

TEST_CASE("a record that comes byte by byte is heard once it is whole") {
  Pair pair;
  pair.settle();
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
  const net::Fd ours(ends[0]), theirs(ends[1]);
  SSL_set_fd(pair.client.get(), theirs.get());
  pair.client_says("slowly");
  char byte = 0;
  while (read(ours.get(), &byte, 1) == 1) {
    CHECK(pair.server_heard.empty());
    REQUIRE(write(pair.client_fd(), &byte, 1) == 1);
    REQUIRE(pair.server->receive([&](auto content) {
      pair.server_heard.append(reinterpret_cast<const char*>(content.data()), content.size());
    }) == Status::open);
  }
  CHECK(pair.server_heard == "slowly");
}

TEST_CASE("both sides are heard after KeyUpdates of either kind") {
  Pair pair;
  pair.settle();
  for (const int kind : {SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED}) {
    REQUIRE(SSL_key_update(pair.client.get(), kind) == 1);
    pair.client_says("q");
    pair.settle();
    pair.server_says("a");
    pair.settle();
  }
  CHECK(pair.server_heard == "qq");
  CHECK(pair.client_heard == "aa");
}

TEST_CASE("of TLS 1.3, a connection keeps its keys and little else once the handshake is done") {
  Pair pair;
  pair.settle();
  REQUIRE(pair.server->handshaken());
  const std::size_t before = mallinfo2().uordblks;  // 0 with allocators that do not tell
  pair.server.reset();
  CHECK(before - mallinfo2().uordblks < 4096);  // OpenSSL's connection alone has 13 KiB
}

TEST_CASE("a session is resumed with the ticket of an earlier one") {
  Pair first;
  first.settle();
  const net::Handle<SSL_SESSION, SSL_SESSION_free> session(SSL_get1_session(first.client.get()));
  Pair second(TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", session.get());
  second.settle();
  CHECK(second.server->protection().resumed);
  second.client_says("q");
  second.server_says("a");
  second.settle();
  CHECK(second.server_heard == "q");
  CHECK(second.client_heard == "a");
}

TEST_CASE("who closes is told so in order, either way") {
  Pair pair;
  pair.settle();
  SSL_shutdown(pair.client.get());
  pair.settle();
  CHECK(pair.status == Status::closed);

  Pair other;
  other.settle();
  other.server->shut_down();
  other.settle();
  CHECK(SSL_get_shutdown(other.client.get()) == SSL_RECEIVED_SHUTDOWN);
}

TEST_CASE("a record that was changed on its way ends the connection with an alert") {
  Pair pair;
  pair.settle();
  const std::string forged = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'f');
  REQUIRE(write(pair.client_fd(), forged.data(), forged.size()) ==
          static_cast<ssize_t>(forged.size()));
  CHECK(pair.server->receive([](auto) {}) == Status::failed);
  CHECK(pair.server->error() == "a record that cannot be decrypted");
  pair.server->shut_down();
  char text[16];
  std::size_t got = 0;
  const int result = SSL_read_ex(pair.client.get(), text, sizeof text, &got);
  CHECK(SSL_get_error(pair.client.get(), result) == SSL_ERROR_SSL);
  CHECK(std::string(ERR_reason_error_string(ERR_get_error())) == "sslv3 alert bad record mac");
}

TEST_CASE("why a handshake failed is known in a word, and in OpenSSL's") {
  using net::HandshakeFault;
  const auto fault_of = [](std::string_view said) {
    Pair pair;
    REQUIRE(write(pair.client_fd(), said.data(), said.size()) > 0);
    CHECK(pair.server->receive([](auto) {}) == Status::failed);
    return pair.server->fault();
  };
  CHECK(fault_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == HandshakeFault::plain_http);
  CHECK(fault_of("POST / HTTP/1.1\r\nHost: a\r\n\r\n") == HandshakeFault::plain_http);
  CHECK(fault_of("SSH-2.0-OpenSSH_9.6\r\n") == HandshakeFault::not_tls);

  Pair old(TLS1_1_VERSION);
  SSL_set_security_level(old.client.get(), 0);
  SSL_set_min_proto_version(old.client.get(), TLS1_1_VERSION);
  old.settle();
  CHECK(old.status == Status::failed);
  CHECK(old.server->fault() == HandshakeFault::version);
  CHECK(old.server->error() == "unsupported protocol");

  Pair wary;
  SSL_set_verify(wary.client.get(), SSL_VERIFY_PEER, nullptr);
  wary.settle();
  CHECK(wary.status == Status::failed);
  CHECK(wary.server->fault() == HandshakeFault::certificate);
  CHECK(wary.server->error() == "tlsv1 alert unknown ca");
}

TEST_CASE("a handshake for which there is no memory fails, and leaves nothing for others to send") {
  Pair pair;
  SSL_do_handshake(pair.client.get());
  const Status status = [&] {
    const testing::Refusal refusal(128);
    return pair.server->receive([](auto) {});
  }();
  CHECK(status == Status::failed);
  CHECK(pair.sealed().empty());
  pair.sealed().append(bytes_of("half an answer"));
  pair.server->shut_down();
  CHECK(pair.sealed().empty());
}
