#include "server/net/tls_socket.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>
#include <system_error>

#include "server/net/openssl_errors.h"

namespace net {
namespace {

Protection protection_of(const SSL* ssl) {
  const unsigned char* protocol = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl, &protocol, &length);
  return {.version = SSL_get_version(ssl),
          .cipher = SSL_get_cipher_name(ssl),
          .protocol = length == 0 ? std::string()
                                  : std::string(reinterpret_cast<const char*>(protocol), length),
          .resumed = SSL_session_reused(ssl) == 1};
}

// Where OpenSSL keeps the socket of a connection.
int place_of_socket() {
  static const int place = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

// In a record: max_fragment_length (RFC 6066 section 4), if the client asked for it.
std::size_t most_content(const SSL* ssl) {
  const int mode = SSL_SESSION_get_max_fragment_length(SSL_get_session(ssl));
  return mode == TLSEXT_max_fragment_length_DISABLED ? max_content : std::size_t{256} << mode;
}

std::size_t count_records(std::span<const std::byte> bytes) {
  std::size_t count = 0;
  for (; bytes.size() >= record_header; ++count) {
    bytes = bytes.subspan(std::min(bytes.size(), record_size(bytes)));
  }
  return count;
}

}  // namespace

struct TlsSocket::Bio {
  static TlsSocket& socket(BIO* bio) { return *static_cast<TlsSocket*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, std::size_t size, std::size_t* got) {
    auto& arrived = socket(bio).arrived_;
    BIO_clear_retry_flags(bio);
    if (arrived.empty()) {
      BIO_set_retry_read(bio);
      return 0;
    }
    *got = std::min(size, arrived.size());
    std::memcpy(into, arrived.data(), *got);
    arrived = arrived.subspan(*got);
    return 1;
  }

  static int write(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
    try {
      socket(bio).buffers_.sealed.append(std::as_bytes(std::span(from, size)));
    } catch (const std::bad_alloc&) {
      return 0;  // OpenSSL's own functions lie between here and whoever would catch it
    }
    *taken = size;
    return 1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static const BIO_METHOD* method() {
    static const Handle<BIO_METHOD, BIO_meth_free> made = [] {
      Handle<BIO_METHOD, BIO_meth_free> method(
          BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "herald"));
      require_openssl(method != nullptr, "cannot make a BIO");
      BIO_meth_set_read_ex(method.get(), read);
      BIO_meth_set_write_ex(method.get(), write);
      BIO_meth_set_ctrl(method.get(), control);
      return method;
    }();
    return made.get();
  }
};

TlsSocket::TlsSocket(Fd fd, const TlsContext& context, SocketBuffers& buffers)
    : fd_(std::move(fd)),
      buffers_(buffers),
      outbox_(buffers.sealed),
      ssl_(SSL_new(context.native())) {
  require_openssl(ssl_ != nullptr, "cannot make a TLS connection");
  BIO* bio = BIO_new(Bio::method());
  require_openssl(bio != nullptr, "cannot make a BIO");
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_ex_data(ssl_.get(), place_of_socket(), this);
  SSL_set_accept_state(ssl_.get());
}

TlsSocket::~TlsSocket() = default;

TlsSocket::Status TlsSocket::outcome(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Status::open;
    case SSL_ERROR_ZERO_RETURN:
      return Status::closed;
    default:
      if (const unsigned long why = ERR_peek_error()) fault_ = handshake_fault_of(why);
      error_ = drain_openssl_errors();
      return Status::failed;
  }
}

// ------------------------------------------------------------------------------- the handshake

void TlsSocket::on_secret(const SSL* ssl, const char* line) {
  auto* socket = static_cast<TlsSocket*>(SSL_get_ex_data(ssl, place_of_socket()));
  if (!socket) return;  // somebody else's connection with the same context
  const std::string_view text(line);
  const bool client = text.starts_with("CLIENT_TRAFFIC_SECRET_0 ");
  if (!client && !text.starts_with("SERVER_TRAFFIC_SECRET_0 ")) return;
  if (!socket->secrets_) socket->secrets_ = std::make_unique<Secrets>();
  TrafficSecret& secret = client ? socket->secrets_->client : socket->secrets_->server;
  const char* digits = line + text.rfind(' ') + 1;
  OPENSSL_hexstr2buf_ex(secret.bytes.data(), secret.bytes.size(), &secret.size, digits, '\0');
}

TlsSocket::Status TlsSocket::handshake() {
  forget_openssl_errors();
  const std::size_t sent_before = buffers_.sealed.size();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return outcome(result);
  handshaken_ = true;
  protection_ = protection_of(ssl_.get());
  // The client's Finished has been read just now: whatever has been written since (session tickets)
  // counts for the keys of what follows.
  take_over(count_records(buffers_.sealed.bytes().subspan(sent_before)));
  return Status::open;
}

// From OpenSSL, unless it speaks TLS 1.2.
void TlsSocket::take_over(std::size_t records_sent) {
  const auto secrets = std::move(secrets_);
  const auto* suite =
      find_cipher_suite(SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl_.get())));
  if (SSL_version(ssl_.get()) != TLS1_3_VERSION || !suite || !secrets) return;
  if (secrets->client.size == 0 || secrets->server.size == 0) return;
  if (SSL_has_pending(ssl_.get()) == 1) return;  // OpenSSL reads no further than it must: never
  records_.emplace(TrafficKeys(*suite, secrets->client),
                   TrafficKeys(*suite, secrets->server, records_sent),
                   RecordLayer::Options{.content = most_content(ssl_.get())});
  ssl_.reset();
}

// --------------------------------------------------------------------------------- afterwards

TlsSocket::Status TlsSocket::open_records(const Sink& sink) {
  if (!handshaken_) {
    const Status status = handshake();
    if (!handshaken_) return status;
    sink({});  // tells that the handshake is done, before anything has come
  }
  if (!records_) return read_tls12(sink);
  const Status status = records_->read(arrived_, sink, buffers_.sealed);
  if (status == Status::failed) error_ = records_->error();
  return status;
}

TlsSocket::Status TlsSocket::read_tls12(const Sink& sink) {
  for (;;) {
    forget_openssl_errors();
    std::size_t bytes = 0;
    const int result =
        SSL_read_ex(ssl_.get(), buffers_.opened.data(), buffers_.opened.size(), &bytes);
    if (result != 1) return outcome(result);
    sink(std::span(buffers_.opened).first(bytes));
  }
}

void TlsSocket::keep_begun() {
  if (!arrived_.empty()) {
    begun_.assign(arrived_.begin(), arrived_.end());
  } else if (begun_.capacity() > 0) {
    begun_ = {};
  }
  arrived_ = {};
}

TlsSocket::Status TlsSocket::receive(const Sink& sink) {
  // A bound for one turn, so that one peer who never stops does not hold up the others.
  for (int round = 0; round < 4; ++round) {
    const std::span room = std::span(buffers_.received).subspan(begun_.size());
    const ssize_t got = recv(fd_.get(), room.data(), room.size(), 0);
    if (got == 0) return Status::closed;
    if (got < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return Status::open;
      const Status status = status_of(errno);
      error_ = std::generic_category().message(errno);
      return status;
    }
    const auto count = static_cast<std::size_t>(got);
    std::ranges::copy(begun_, buffers_.received.begin());
    arrived_ = std::span(buffers_.received).first(begun_.size() + count);
    const Status status = open_records(sink);
    keep_begun();
    const Status sent = flush();
    if (status != Status::open) return status;
    if (sent != Status::open) return sent;
    if (count < room.size()) return Status::open;
  }
  return Status::open;
}

TlsSocket::Status TlsSocket::write(std::span<const std::byte> bytes) {
  if (records_) {
    records_->write(bytes, buffers_.sealed);
    return Status::open;
  }
  while (!bytes.empty()) {
    forget_openssl_errors();
    std::size_t written = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
    if (result != 1) {
      if (outcome(result) == Status::open) error_ = "a record was not taken";
      return Status::failed;
    }
    bytes = bytes.subspan(written);
  }
  return Status::open;
}

void TlsSocket::say_plainly(std::string_view text) {
  // What does not fit is lost: it is not worth waiting.
  (void)send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void TlsSocket::shut_down() {
  const Emptied afterwards(buffers_.sealed);
  if (!handshaken_) return;
  if (!records_) {
    forget_openssl_errors();
    SSL_shutdown(ssl_.get());
  } else if (error_.empty()) {
    records_->close(buffers_.sealed);
  }
  flush();
  shutdown(fd_.get(), SHUT_WR);
}

}  // namespace net
