#include "certs/x509.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "server/net/error.h"

namespace certs {
namespace {

using Bio = net::Handle<BIO, BIO_free_all>;
using Extension = net::Handle<X509_EXTENSION, X509_EXTENSION_free>;
using Names = net::Handle<GENERAL_NAMES, GENERAL_NAMES_free>;
using Number = net::Handle<BIGNUM, BN_free>;

constexpr auto clock_skew = std::chrono::hours(1);
constexpr auto authority_life = std::chrono::hours(24 * 3652);
constexpr auto leaf_life = std::chrono::hours(24 * 90);

void require(bool done, const char* what) {
  if (!done) throw net::Error(std::string("OpenSSL cannot ") + what);
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr, "make a key");
  return key;
}

void set_time(ASN1_TIME* field, Time time) {
  require(X509_time_adj_ex(field, 0, 0, nullptr) != nullptr &&
              ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(time)) != nullptr,
          "set the time of a certificate");
}

// 159 random bits: positive, and within the 20 octets of RFC 5280 section 4.1.2.2.
void set_random_serial(X509& certificate) {
  const Number number(BN_new());
  require(number && BN_rand(number.get(), 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr,
          "make a serial number");
}

void add_name(X509_NAME* name, const char* field, const std::string& value) {
  require(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(value.data()),
                                     static_cast<int>(value.size()), -1, 0) == 1,
          "name a certificate");
}

void add_extension(X509& certificate, const X509& issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, const_cast<X509*>(&issuer), &certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  require(extension && X509_add_ext(&certificate, extension.get(), -1) == 1,
          "add an extension to a certificate");
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

// Labels of letters, digits, hyphens and underscores (RFC 1123 section 2.1, and what is in use).
bool is_name(std::string_view name) {
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.' && label == 0) return false;
    if (c != '.' && c != '-' && c != '_' && !std::isalnum(static_cast<unsigned char>(c)))
      return false;
    label = c == '.' ? 0 : label + 1;
    if (label > 63) return false;
  }
  return label > 0 && name.size() <= 253;
}

// A version 3 certificate with its key, serial and times; neither extended nor signed.
Identity blank(Time from, Time until) {
  Identity identity{Certificate(X509_new()), make_key()};
  require(identity.certificate != nullptr, "make a certificate");
  X509& certificate = *identity.certificate;
  require(X509_set_version(&certificate, X509_VERSION_3) == 1 &&
              X509_set_pubkey(&certificate, identity.key.get()) == 1,
          "make a certificate");
  set_random_serial(certificate);
  set_time(X509_getm_notBefore(&certificate), from);
  set_time(X509_getm_notAfter(&certificate), until);
  return identity;
}

std::string random_word() {
  std::array<unsigned char, 4> bytes{};
  require(RAND_bytes(bytes.data(), bytes.size()) == 1, "make random bytes");
  std::string word;
  for (const unsigned char byte : bytes) {
    word += "0123456789abcdef"[byte >> 4];
    word += "0123456789abcdef"[byte & 15];
  }
  return word;
}

template <typename Write>
std::string written(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  require(bio && write(bio.get()) == 1, "write PEM");
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

Bio reading(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

int no_password(char*, int, int, void*) { return -1; }

Time to_time(const ASN1_TIME* time) {
  tm fields{};
  require(ASN1_TIME_to_tm(time, &fields) == 1, "read the time of a certificate");
  return std::chrono::system_clock::from_time_t(timegm(&fields));
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_of(const ASN1_OCTET_STRING* octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(octets) == 4 ? AF_INET : AF_INET6;
  inet_ntop(family, ASN1_STRING_get0_data(octets), text.data(), text.size());
  return text.data();
}

}  // namespace

std::string normalized_host(std::string_view host) {
  std::string name(host);
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, name.c_str(), bytes.data()) != 1) continue;
    return inet_ntop(family, bytes.data(), text.data(), text.size());
  }
  if (name.ends_with('.')) name.pop_back();
  if (!is_name(name.starts_with("*.") ? std::string_view(name).substr(2) : name)) {
    throw net::Error("\"" + std::string(host) +
                     "\" is not a host: give a name such as app.test, or a numeric address");
  }
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

Identity make_authority(Time now) {
  Identity authority = blank(now - clock_skew, now + authority_life);
  X509& certificate = *authority.certificate;
  X509_NAME* name = X509_get_subject_name(&certificate);
  add_name(name, "O", "Herald development CA");
  add_name(name, "CN", "Herald development CA " + random_word());
  require(X509_set_issuer_name(&certificate, name) == 1, "name a certificate");
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
  require(X509_sign(&certificate, authority.key.get(), EVP_sha256()) > 0, "sign a certificate");
  return authority;
}

Identity make_leaf(const Identity& authority, const std::vector<std::string>& hosts, Time now) {
  const X509& issuer = *authority.certificate;
  Identity leaf = blank(now - clock_skew, std::min(now + leaf_life, valid_until(issuer)));
  X509& certificate = *leaf.certificate;
  add_name(X509_get_subject_name(&certificate), "O", "Herald development certificate");
  require(X509_set_issuer_name(&certificate, X509_get_subject_name(&issuer)) == 1,
          "name a certificate");
  std::string names;
  for (const std::string& host : hosts) {
    if (!names.empty()) names += ',';
    names += (is_address(host) ? "IP:" : "DNS:") + host;
  }
  add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature");
  add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth");
  add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
  add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
  add_extension(certificate, issuer, NID_subject_alt_name, names);
  require(X509_sign(&certificate, authority.key.get(), EVP_sha256()) > 0, "sign a certificate");
  return leaf;
}

std::string to_pem(const x509_st& certificate) {
  return written([&](BIO* bio) { return PEM_write_bio_X509(bio, &certificate); });
}

std::string to_pem(const evp_pkey_st& key) {
  return written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, &key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

Certificate parse_certificate(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(reading(pem).get(), nullptr, no_password, nullptr));
}

Key parse_key(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, no_password, nullptr));
}

bool fits(const x509_st& certificate, const evp_pkey_st& key) {
  return X509_check_private_key(&certificate, &key) == 1;
}

bool signed_by(const x509_st& certificate, const x509_st& authority) {
  return X509_verify(const_cast<X509*>(&certificate), X509_get0_pubkey(&authority)) == 1;
}

Time valid_from(const x509_st& certificate) { return to_time(X509_get0_notBefore(&certificate)); }
Time valid_until(const x509_st& certificate) { return to_time(X509_get0_notAfter(&certificate)); }

std::vector<std::string> hosts_of(const x509_st& certificate) {
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> hosts;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) hosts.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) hosts.push_back(address_of(name->d.iPAddress));
  }
  std::sort(hosts.begin(), hosts.end());
  return hosts;
}

std::string spki_sha256(const x509_st& certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  require(length > 0, "write a public key");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const int done = EVP_Digest(der, static_cast<std::size_t>(length), digest.data(), &size,
                              EVP_sha256(), nullptr);
  OPENSSL_free(der);
  require(done == 1, "digest a public key");
  std::array<unsigned char, 64> text{};
  const int letters = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(letters)};
}

}  // namespace certs
