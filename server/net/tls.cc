#include "server/net/tls.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

#include "server/net/error.h"
#include "server/net/staple.h"

namespace net {
namespace {

// Throws std::bad_alloc if it is for want of memory.
std::string drain_errors() {
  std::string text;
  while (const unsigned long code = ERR_get_error()) {
    if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) {
      ERR_clear_error();
      throw std::bad_alloc();
    }
    const char* reason = ERR_reason_error_string(code);
    if (!text.empty()) text += ", ";
    text += reason ? reason : "OpenSSL error " + std::to_string(code);
  }
  return text;
}

// OpenSSL looks into this queue to tell why a call failed: what others have left there must be
// gone. Nearly always there is nothing, and clearing costs as much as sealing a small record.
void forget_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

void require(bool done, const char* what) {
  if (!done) throw Error(std::string(what) + ": " + drain_errors());
}

// In the order of our preference.
constexpr unsigned char protocols[] = "\x02h2\x08http/1.1";

int select_protocol(SSL*, const unsigned char** out, unsigned char* length,
                    const unsigned char* offered, unsigned int size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, length, protocols, sizeof protocols - 1, offered, size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

bool start_mac(EVP_MAC_CTX* mac, const TicketKeys::Key& key) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY,
                                        const_cast<unsigned char*>(key.mac.data()), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

// Result as OpenSSL wants it: 1 use it, 2 use it and give a new ticket, 0 full handshake, -1
// failed.
int seal_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                EVP_MAC_CTX* mac, int sealing) {
  auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (sealing != 0) {
    const TicketKeys::Key key = keys.current();
    std::ranges::copy(key.name, name);
    const bool done =
        RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
        EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv) == 1 &&
        start_mac(mac, key);
    return done ? 1 : -1;
  }
  const auto key = keys.find(name);
  if (!key) return 0;
  const bool done = start_mac(mac, *key) && EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr,
                                                               key->cipher.data(), iv) == 1;
  return done ? 1 : -1;
}

// Certificates as OpenSSL keeps them with a context, which lives as long as its last connection.
using Kept = std::shared_ptr<const Certificates>;
void forget(void*, void* kept, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Kept*>(kept);
}
int place_of_certificates() {
  static const int place = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, forget);
  return place;
}

const Certificates& certificates_of(const SSL* ssl) {
  return **static_cast<const Kept*>(
      SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), place_of_certificates()));
}

// Null: no name was asked for, or one of nobody's.
const Credentials* named_by(const SSL* ssl) {
  const char* host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  return host ? certificates_of(ssl).find(host) : nullptr;
}

// The context has the standard certificate, whatever its kind of key: all of it must go first.
int choose_certificate(SSL* ssl, int* alert, void*) {
  const Credentials* chosen = named_by(ssl);
  if (!chosen) return SSL_TLSEXT_ERR_NOACK;  // no reason to end the handshake (RFC 6066 section 3)
  if (SSL_get_certificate(ssl) == chosen->leaf()) return SSL_TLSEXT_ERR_OK;
  SSL_certs_clear(ssl);
  if (SSL_use_cert_and_key(ssl, chosen->leaf(), chosen->key(), chosen->chain(), 1) == 1) {
    return SSL_TLSEXT_ERR_OK;
  }
  *alert = SSL_AD_INTERNAL_ERROR;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Called when the client asks for it (status_request, RFC 6066 section 8), once the certificate is
// chosen. One that is out of date would make clients refuse what they else would take.
int staple_status(SSL* ssl, void*) {
  const Credentials* chosen = named_by(ssl);
  if (!chosen) chosen = &certificates_of(ssl).standard();
  const Staple* staple = chosen->staple();
  if (!staple || !staple->fresh(std::chrono::system_clock::now())) return SSL_TLSEXT_ERR_NOACK;
  void* copy = OPENSSL_memdup(staple->der().data(), staple->der().size());  // OpenSSL's to free
  if (!copy) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(staple->der().size()));
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsContext::TlsContext(std::shared_ptr<const Certificates> certificates, TicketKeys& tickets)
    : TlsContext(certificates->standard(), tickets) {
  auto kept = std::make_unique<Kept>(std::move(certificates));
  require(SSL_CTX_set_ex_data(context_, place_of_certificates(), kept.get()) == 1,
          "cannot keep certificates");
  (void)kept.release();  // the context's now
  SSL_CTX_set_tlsext_servername_callback(context_, choose_certificate);
  SSL_CTX_set_tlsext_status_cb(context_, staple_status);
}

TlsContext::TlsContext(const Credentials& credentials, TicketKeys& tickets)
    : context_(SSL_CTX_new(TLS_server_method())) {
  require(context_ != nullptr, "cannot make a TLS context");
  SSL_CTX_set_app_data(context_, &tickets);
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                    SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // AES-128 first: it is the fastest that all agree on. Nothing from the list of RFC 9113 appendix
  // A.
  require(SSL_CTX_set_ciphersuites(context_,
                                   "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                   "TLS_CHACHA20_POLY1305_SHA256") == 1 &&
              SSL_CTX_set_cipher_list(context_, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
              SSL_CTX_set1_groups_list(context_, "X25519:P-256:P-384") == 1,
          "cannot choose TLS ciphers");
  require(SSL_CTX_use_cert_and_key(context_, credentials.leaf(), credentials.key(),
                                   credentials.chain(), 1) == 1,
          "cannot use the certificate");
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);  // tickets only: no state kept here
  SSL_CTX_set_num_tickets(context_, 1);
  require(SSL_CTX_set_tlsext_ticket_key_evp_cb(context_, seal_ticket) == 1,
          "cannot use session tickets");
  SSL_CTX_set_alpn_select_cb(context_, select_protocol, nullptr);
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

// ------------------------------------------------------------------------------------ TlsSocket

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
    auto& sealed = socket(bio).buffers_.sealed;
    const auto* bytes = reinterpret_cast<const std::byte*>(from);
    sealed.insert(sealed.end(), bytes, bytes + size);
    *taken = size;
    return 1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static const BIO_METHOD* method() {
    static const Handle<BIO_METHOD, BIO_meth_free> made = [] {
      Handle<BIO_METHOD, BIO_meth_free> method(
          BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "herald"));
      require(method != nullptr, "cannot make a BIO");
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
  require(ssl_ != nullptr, "cannot make a TLS connection");
  BIO* bio = BIO_new(Bio::method());
  if (!bio) SSL_free(ssl_);
  require(bio != nullptr, "cannot make a BIO");
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

TlsSocket::~TlsSocket() { SSL_free(ssl_); }

TlsSocket::Status TlsSocket::outcome(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Status::open;
    case SSL_ERROR_ZERO_RETURN:
      return Status::closed;
    default:
      error_ = drain_errors();
      return Status::failed;
  }
}

TlsSocket::Status TlsSocket::handshake() {
  forget_errors();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    handshaken_ = true;
    return Status::open;
  }
  return outcome(result);
}

TlsSocket::Status TlsSocket::open_records(const Sink& sink) {
  if (!handshaken_) {
    const Status status = handshake();
    if (!handshaken_) return status;
    sink({});  // tells that the handshake is done, before anything has come
  }
  for (;;) {
    forget_errors();
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_, buffers_.opened.data(), buffers_.opened.size(), &bytes);
    if (result != 1) return outcome(result);
    sink(std::span(buffers_.opened).first(bytes));
  }
}

TlsSocket::Status TlsSocket::receive(const Sink& sink) {
  // A bound for one turn, so that one peer who never stops does not hold up the others.
  for (int round = 0; round < 4; ++round) {
    const ssize_t got = recv(fd_.get(), buffers_.received.data(), buffers_.received.size(), 0);
    if (got == 0) return Status::closed;
    if (got < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return Status::open;
      error_ = std::generic_category().message(errno);
      return Status::failed;
    }
    arrived_ = std::span(buffers_.received).first(static_cast<std::size_t>(got));
    const Status status = open_records(sink);
    arrived_ = {};
    const Status sent = flush();
    if (status != Status::open) return status;
    if (sent != Status::open) return sent;
    if (static_cast<std::size_t>(got) < buffers_.received.size()) return Status::open;
  }
  return Status::open;
}

TlsSocket::Status TlsSocket::write(std::span<const std::byte> bytes) {
  forget_errors();
  std::size_t written = 0;
  const int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &written);
  if (result == 1 && written == bytes.size()) return Status::open;
  if (outcome(result) == Status::open) error_ = "a record was not taken whole";
  return Status::failed;
}

void TlsSocket::shut_down() {
  if (!handshaken_) return;
  forget_errors();
  SSL_shutdown(ssl_);
  flush();
  shutdown(fd_.get(), SHUT_WR);
}

Protection TlsSocket::protection() const {
  const unsigned char* protocol = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &length);
  return {.version = SSL_get_version(ssl_),
          .cipher = SSL_get_cipher_name(ssl_),
          .protocol = length == 0 ? std::string()
                                  : std::string(reinterpret_cast<const char*>(protocol), length),
          .resumed = SSL_session_reused(ssl_) == 1};
}

}  // namespace net
