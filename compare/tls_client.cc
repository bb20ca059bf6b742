#include "compare/tls_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "server/net/error.h"

namespace lab {
namespace {

constexpr unsigned char h2[] = {2, 'h', '2'};

void trust(SSL_CTX* context, const std::string& ca_file) {
  if (ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return;
  }
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1) return;
  ERR_clear_error();
  throw net::Error(ca_file + " has no certificate in PEM form: give a CA's with --ca FILE");
}

}  // namespace

TlsClient::TlsClient(const Options& options) : context_(SSL_CTX_new(TLS_client_method())) {
  if (!context_) throw net::Error("cannot make a TLS context");
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_alpn_protos(context_, h2, sizeof h2);
  SSL_CTX_set1_groups_list(context_, "X25519:P-256:P-384");
  SSL_CTX_set_session_cache_mode(context_,
                                 SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_set_verify(context_, options.verify == Verify::on ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                     nullptr);
  if (options.verify == Verify::off) return;
  try {
    trust(context_, options.ca_file);
  } catch (...) {
    SSL_CTX_free(context_);
    throw;
  }
}

TlsClient::~TlsClient() { SSL_CTX_free(context_); }

}  // namespace lab
