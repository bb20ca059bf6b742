#include "compare/tls_pipe.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <string_view>

#include "server/net/error.h"
#include "server/net/handle.h"

namespace lab {
namespace {

bool numeric(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address;
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

void expect_host(SSL* ssl, const std::string& host) {
  if (numeric(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
    return;
  }
  SSL_set_tlsext_host_name(ssl, host.c_str());
  SSL_set1_host(ssl, host.c_str());
}

bool agreed_on_h2(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &name, &size);
  return std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
}

}  // namespace

TlsPipe::TlsPipe(const TlsClient& client, const std::string& host, const TlsTicket& offered,
                 User& user)
    : user_(user), host_(host) {
  start(SSL_new(client.native()));
  SSL_set_connect_state(ssl_);
  SSL_CTX_sess_set_new_cb(client.native(), keep_ticket);
  expect_host(ssl_, host);
  // A copy, because OpenSSL lets a session of TLS 1.3 be offered only once.
  if (offered) {
    const net::Handle<SSL_SESSION, SSL_SESSION_free> copy(SSL_SESSION_dup(offered.get()));
    SSL_set_session(ssl_, copy.get());
  }
}

TlsPipe::TlsPipe(const net::TlsContext& server, User& user) : user_(user) {
  start(SSL_new(server.native()));
  SSL_set_accept_state(ssl_);
}

TlsPipe::~TlsPipe() {
  // Otherwise OpenSSL takes the session for a broken one, and its ticket would not be offered
  // again.
  SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl_);
}

void TlsPipe::start(SSL* ssl) {
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  if (!ssl || !in || !out) {
    SSL_free(ssl);
    BIO_free(in);
    BIO_free(out);
    throw net::Error("cannot make a TLS connection");
  }
  ssl_ = ssl;
  SSL_set_bio(ssl_, in, out);
  SSL_set_app_data(ssl_, this);
}

int TlsPipe::keep_ticket(SSL* ssl, SSL_SESSION* session) {
  static_cast<TlsPipe*>(SSL_get_app_data(ssl))->ticket_ = TlsTicket(session, SSL_SESSION_free);
  return 1;
}

void TlsPipe::connected() {
  if (host_.empty() || ended_) return;
  handshake();
  flush();
}

void TlsPipe::received(std::span<const std::byte> bytes) {
  if (ended_) return;
  BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
  if (secure_ || handshake()) open_records();
  flush();
}

void TlsPipe::closed(const std::string& why) {
  if (ended_) return;
  if (!why.empty() || secure_) return end(why);
  end("the connection was closed during the TLS handshake");
}

bool TlsPipe::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1) {
    if (SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ) fail();
    return false;
  }
  if (!agreed_on_h2(ssl_)) {
    end("the server does not offer HTTP/2 over TLS (no h2 in ALPN)");
    return false;
  }
  secure_ = true;
  user_.secured();
  return true;
}

void TlsPipe::open_records() {
  std::array<std::byte, 16 * 1024> plain;
  while (!ended_) {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_, plain.data(), plain.size(), &got);
    if (result == 1) {
      user_.received(std::span(plain).first(got));
      continue;
    }
    const int error = SSL_get_error(ssl_, result);
    if (error == SSL_ERROR_WANT_READ) return;
    if (error == SSL_ERROR_ZERO_RETURN) return end({});
    return fail();
  }
}

void TlsPipe::write(std::span<const std::byte> bytes) {
  if (ended_ || !secure_ || bytes.empty()) return;
  ERR_clear_error();
  std::size_t written = 0;
  SSL_write_ex(ssl_, bytes.data(), bytes.size(), &written);
}

void TlsPipe::flush() {
  if (!transport_) return;
  BIO* out = SSL_get_wbio(ssl_);
  char* sealed = nullptr;
  const long size = BIO_get_mem_data(out, &sealed);
  if (size <= 0) return;
  transport_->send({reinterpret_cast<const std::byte*>(sealed), static_cast<std::size_t>(size)});
  BIO_reset(out);
}

void TlsPipe::close() {
  if (ended_ || !secure_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  flush();
}

void TlsPipe::end(const std::string& why) {
  ended_ = true;
  user_.closed(why);
}

void TlsPipe::fail() {
  const std::string why = reason_of_failure();
  flush();  // the alert
  end(why);
}

std::string TlsPipe::reason_of_failure() const {
  const long verdict = SSL_get_verify_result(ssl_);
  if (!host_.empty() && verdict != X509_V_OK && SSL_get_verify_mode(ssl_) != SSL_VERIFY_NONE) {
    return "the certificate of " + host_ + " is not trusted (" +
           X509_verify_cert_error_string(verdict) + "): give its CA with --ca FILE, or --insecure";
  }
  const unsigned long code = ERR_get_error();
  const int reason = ERR_GET_REASON(code);
  if (reason == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL ||
      reason == SSL_R_NO_APPLICATION_PROTOCOL) {
    return "the server does not offer HTTP/2 over TLS (no h2 in ALPN)";
  }
  if (reason == SSL_R_WRONG_VERSION_NUMBER) return "what answers there does not speak TLS";
  const char* text = ERR_reason_error_string(code);
  return std::string("TLS failed: ") + (text ? text : "the peer broke off");
}

bool TlsPipe::resumed() const { return SSL_session_reused(ssl_) == 1; }
std::string TlsPipe::version() const { return SSL_get_version(ssl_); }

}  // namespace lab
