#include "server/net/credentials.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "server/net/endpoint.h"
#include "server/net/error.h"
#include "server/net/handle.h"
#include "server/net/ticket_keys.h"

namespace {

using Key = net::Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = net::Handle<X509, X509_free>;
using Bio = net::Handle<BIO, BIO_free_all>;

std::string text_of(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(size)};
}

struct Pair {
  std::string certificate;
  std::string key;
  std::string encrypted_key;
};

// Self-signed, valid from and until so many seconds from now.
Pair make(long from, long until) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), until);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME* name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  X509_sign(made.get(), key.get(), EVP_sha256());
  const Bio certificate(BIO_new(BIO_s_mem()));
  const Bio plain(BIO_new(BIO_s_mem()));
  const Bio locked(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate.get(), made.get());
  PEM_write_bio_PrivateKey(plain.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char phrase[] = "secret";
  PEM_write_bio_PrivateKey(locked.get(), key.get(), EVP_aes_128_cbc(), nullptr, 0, nullptr, phrase);
  return {text_of(certificate.get()), text_of(plain.get()), text_of(locked.get())};
}

std::string complaint(const std::string& certificate, const std::string& key) {
  try {
    net::Credentials::parse(certificate, key, "c.pem", "k.pem");
  } catch (const net::Error& error) {
    return error.what();
  }
  return "(none)";
}

}  // namespace

TEST_CASE("a certificate with its key is taken") {
  const Pair good = make(-60, 3600);
  const auto credentials = net::Credentials::parse(good.certificate, good.key, "c.pem", "k.pem");
  CHECK(credentials->leaf());
  CHECK(credentials->key());
  CHECK(credentials->expires() > std::chrono::system_clock::now());
}

TEST_CASE("what is wrong with a certificate or key is said in one sentence") {
  const Pair good = make(-60, 3600);
  const Pair other = make(-60, 3600);
  const Pair expired = make(-7200, -3600);
  const Pair future = make(3600, 7200);
  CHECK(complaint("junk", good.key) == "the certificate in c.pem is not in PEM form");
  CHECK(complaint(good.certificate, "junk") ==
        "the private key k.pem holds no private key in PEM form");
  CHECK(
      complaint(good.certificate, other.key) ==
      "the private key k.pem does not belong to the certificate c.pem: name the pair that was made "
      "together");
  CHECK(complaint(good.certificate, good.encrypted_key)
            .find("is encrypted: remove its pass phrase") != std::string::npos);
  CHECK(complaint(expired.certificate, expired.key).find("expired on") != std::string::npos);
  CHECK(complaint(future.certificate, future.key).find("not valid before") != std::string::npos);
}

TEST_CASE("a file that cannot be read is named with the reason") {
  try {
    net::Credentials::load("/nowhere/c.pem", "/nowhere/k.pem");
    FAIL();
  } catch (const net::Error& error) {
    CHECK(std::string(error.what()) ==
          "cannot read the certificate /nowhere/c.pem: No such file or directory");
  }
}

TEST_CASE("an address to listen on is read as people write it") {
  CHECK(net::Endpoint::parse("127.0.0.1:8443") == net::Endpoint{"127.0.0.1", 8443});
  CHECK(net::Endpoint::parse("[::1]:0") == net::Endpoint{"::1", 0});
  CHECK(net::Endpoint::parse(":443") == net::Endpoint{"", 443});
  CHECK(net::Endpoint::parse("*:443") == net::Endpoint{"", 443});
  CHECK(net::Endpoint::parse("[::1]:1").to_string() == "[::1]:1");
  for (const char* bad : {"8443", "a:", "a:b", "a:70000", "::1:80", "[::1:80", "a:-1", "a:80x"}) {
    CHECK_THROWS_AS(net::Endpoint::parse(bad), net::Error);
  }
}

TEST_CASE("a ticket key is found by its name and no other is") {
  net::TicketKeys keys;
  const auto current = keys.current();
  CHECK(keys.find(current.name.data()));
  auto name = current.name;
  name[0] ^= 1;
  CHECK_FALSE(keys.find(name.data()));
}
