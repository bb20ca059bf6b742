#include "server/net/tls_context.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>

#include "server/net/openssl_errors.h"
#include "server/net/staple.h"
#include "server/net/tls_socket.h"
#include "server/net/traffic_keys.h"

namespace net {
namespace {

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
  require_openssl(SSL_CTX_set_ex_data(context_, place_of_certificates(), kept.get()) == 1,
                  "cannot keep certificates");
  (void)kept.release();  // the context's now
  SSL_CTX_set_tlsext_servername_callback(context_, choose_certificate);
  SSL_CTX_set_tlsext_status_cb(context_, staple_status);
}

TlsContext::TlsContext(const Credentials& credentials, TicketKeys& tickets)
    : context_(SSL_CTX_new(TLS_server_method())) {
  require_openssl(context_ != nullptr, "cannot make a TLS context");
  prepare_cipher_suites();
  SSL_CTX_set_app_data(context_, &tickets);
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                    SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // AES-128 first: it is the fastest that all agree on. Nothing from the list of RFC 9113 appendix
  // A.
  require_openssl(SSL_CTX_set_ciphersuites(context_,
                                           "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                           "TLS_CHACHA20_POLY1305_SHA256") == 1 &&
                      SSL_CTX_set_cipher_list(
                          context_, "ECDHE+AESGCM+AES128:ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
                      SSL_CTX_set1_groups_list(context_, "X25519:P-256:P-384") == 1,
                  "cannot choose TLS ciphers");
  require_openssl(SSL_CTX_use_cert_and_key(context_, credentials.leaf(), credentials.key(),
                                           credentials.chain(), 1) == 1,
                  "cannot use the certificate");
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);  // tickets only: no state kept here
  SSL_CTX_set_num_tickets(context_, 1);
  require_openssl(SSL_CTX_set_tlsext_ticket_key_evp_cb(context_, seal_ticket) == 1,
                  "cannot use session tickets");
  SSL_CTX_set_alpn_select_cb(context_, select_protocol, nullptr);
  SSL_CTX_set_keylog_callback(context_, TlsSocket::on_secret);
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

}  // namespace net
