#include "certs/x509.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <catch2/catch.hpp>
#include <set>

#include "server/net/error.h"

using namespace std::chrono_literals;

namespace {
const certs::Time now = std::chrono::system_clock::now();
using Store = net::Handle<X509_STORE, X509_STORE_free>;
using StoreContext = net::Handle<X509_STORE_CTX, X509_STORE_CTX_free>;

// X509_V_OK, or why OpenSSL does not take `leaf` as a server's for `host`.
int verify(const certs::Identity& authority, const certs::Identity& leaf, const char* host) {
  const Store store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), authority.certificate.get());
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.certificate.get(), nullptr);
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_X509_STRICT);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host) != 1) {
    X509_VERIFY_PARAM_set1_host(wanted, host, 0);
  }
  return X509_verify_cert(context.get()) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context.get());
}
}  // namespace

TEST_CASE("a leaf is taken by a strict verifier that trusts the authority, for its hosts alone") {
  const auto authority = certs::make_authority(now);
  const auto leaf = certs::make_leaf(authority, {"localhost", "127.0.0.1", "::1"}, now);
  CHECK(verify(authority, leaf, "localhost") == X509_V_OK);
  CHECK(verify(authority, leaf, "127.0.0.1") == X509_V_OK);
  CHECK(verify(authority, leaf, "::1") == X509_V_OK);
  CHECK(verify(authority, leaf, "other.test") == X509_V_ERR_HOSTNAME_MISMATCH);
  CHECK(verify(certs::make_authority(now), leaf, "localhost") != X509_V_OK);
}

TEST_CASE("a leaf cannot sign, and an authority signs leaves only") {
  const auto authority = certs::make_authority(now);
  const auto leaf = certs::make_leaf(authority, {"localhost"}, now);
  CHECK(X509_check_ca(leaf.certificate.get()) == 0);
  CHECK(X509_check_ca(authority.certificate.get()) == 1);
  CHECK(X509_get_pathlen(authority.certificate.get()) == 0);
  CHECK(X509_get_key_usage(authority.certificate.get()) == (KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  CHECK(X509_get_extended_key_usage(leaf.certificate.get()) == XKU_SSL_SERVER);
}

TEST_CASE("an authority lives ten years, a leaf 90 days and never longer than its authority") {
  const auto authority = certs::make_authority(now);
  CHECK(certs::valid_until(*authority.certificate) > now + 24h * 3650);
  const auto leaf = certs::make_leaf(authority, {"localhost"}, now);
  CHECK(certs::valid_until(*leaf.certificate) > now + 24h * 90 - 2s);
  CHECK(certs::valid_until(*leaf.certificate) < now + 24h * 90 + 2s);
  const auto late = certs::make_leaf(authority, {"localhost"}, now + 24h * 3600);
  CHECK(certs::valid_until(*late.certificate) == certs::valid_until(*authority.certificate));
}

TEST_CASE("serial numbers do not repeat and are positive") {
  std::set<std::string> serials;
  for (int i = 0; i < 20; ++i) {
    const auto authority = certs::make_authority(now);
    const ASN1_INTEGER* serial = X509_get0_serialNumber(authority.certificate.get());
    CHECK(ASN1_STRING_type(serial) == V_ASN1_INTEGER);
    CHECK(ASN1_STRING_length(serial) == 20);
    serials.insert({reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)), 20});
  }
  CHECK(serials.size() == 20);
}

TEST_CASE("PEM is read back, and what is not PEM is nothing") {
  const auto authority = certs::make_authority(now);
  const auto again = certs::parse_certificate(certs::to_pem(*authority.certificate));
  REQUIRE(again);
  const auto key = certs::parse_key(certs::to_pem(*authority.key));
  REQUIRE(key);
  CHECK(certs::fits(*again, *key));
  CHECK_FALSE(certs::fits(*again, *certs::make_authority(now).key));
  CHECK_FALSE(certs::parse_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n"));
  CHECK_FALSE(certs::parse_key(""));
}

TEST_CASE("the fingerprint for Chromium is 44 characters of base64, one for each key") {
  const auto one = certs::make_authority(now);
  const auto two = certs::make_authority(now);
  const std::string print = certs::spki_sha256(*one.certificate);
  CHECK(print.size() == 44);
  CHECK(print.back() == '=');
  CHECK(print == certs::spki_sha256(*certs::parse_certificate(certs::to_pem(*one.certificate))));
  CHECK(print != certs::spki_sha256(*two.certificate));
}

TEST_CASE("hosts are written one way, and what is none is refused with the remedy") {
  CHECK(certs::normalized_host("App.Test.") == "app.test");
  CHECK(certs::normalized_host("*.app.test") == "*.app.test");
  CHECK(certs::normalized_host("[::0001]") == "::1");
  CHECK(certs::normalized_host("192.168.1.2") == "192.168.1.2");
  for (const char* bad :
       {"", ".", "a..b", ".a", "a b", "a,DNS:b", "https://a", "a:80", "*", "*."}) {
    CHECK_THROWS_AS(certs::normalized_host(bad), net::Error);
  }
  CHECK_THROWS_WITH(certs::normalized_host("a b"),
                    "\"a b\" is not a host: give a name such as app.test, or a numeric address");
}
