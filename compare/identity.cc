#include "compare/identity.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <string>

#include "server/net/error.h"
#include "server/net/handle.h"

namespace lab {
namespace {

using Key = net::Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = net::Handle<X509, X509_free>;
using Memory = net::Handle<BIO, BIO_free_all>;

constexpr long hour = 3600;
constexpr long validity = 30 * 24 * hour;  // seconds; nobody compares for longer

void require(bool done) {
  if (!done) throw net::Error("cannot make a certificate for the comparison");
}

Certificate certify(EVP_PKEY* key, const EVP_MD* digest) {
  Certificate certificate(X509_new());
  require(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -hour);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), validity);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(host_of_pages), -1, -1, 0);
  require(X509_set_issuer_name(certificate.get(), name) == 1 &&
          X509_set_pubkey(certificate.get(), key) == 1 &&
          X509_sign(certificate.get(), key, digest) > 0);
  return certificate;
}

std::string text_of(BIO* memory) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  return {text, static_cast<std::size_t>(size)};
}

std::shared_ptr<const net::Credentials> credentials_of(const Key& key, const EVP_MD* digest) {
  require(static_cast<bool>(key));
  const Certificate certificate = certify(key.get(), digest);
  const Memory chain(BIO_new(BIO_s_mem()));
  const Memory secret(BIO_new(BIO_s_mem()));
  require(chain && secret && PEM_write_bio_X509(chain.get(), certificate.get()) == 1 &&
          PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                   nullptr) == 1);
  return net::Credentials::parse(text_of(chain.get()), text_of(secret.get()),
                                 "the comparison's certificate", "its key");
}

}  // namespace

std::shared_ptr<const net::Credentials> make_identity() {
  return credentials_of(Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")), nullptr);
}

std::shared_ptr<const net::Credentials> make_browser_identity() {
  return credentials_of(Key(EVP_EC_gen("P-256")), EVP_sha256());
}

}  // namespace lab
