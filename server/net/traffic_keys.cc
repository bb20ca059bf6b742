#include "server/net/traffic_keys.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <string_view>

#include "server/net/openssl_errors.h"

namespace net {

struct CipherSuite {
  std::uint16_t number;
  const char* aead;
  const char* hash;
  std::size_t key_size;
  // Looked up once: OpenSSL would do it for each connection.
  Handle<EVP_CIPHER, EVP_CIPHER_free> cipher{EVP_CIPHER_fetch(nullptr, aead, nullptr)};
};

namespace {

constexpr std::size_t tag_size = 16;  // of each of the suites

void require(bool done) { require_openssl(done, "OpenSSL cannot protect a TLS record"); }

unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

EVP_KDF* key_derivation() {
  static const Handle<EVP_KDF, EVP_KDF_free> function(
      EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_TLS1_3_KDF, nullptr));
  return function.get();
}

// HKDF-Expand-Label(secret, label, "", out.size()), section 7.1.
void expand_label(const CipherSuite& suite, const TrafficSecret& secret, std::string_view label,
                  std::span<unsigned char> out) {
  const auto text = [](const char* name, std::string_view value) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(value.data()), value.size());
  };
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(suite.hash), 0),
      OSSL_PARAM_construct_octet_string(
          OSSL_KDF_PARAM_KEY, const_cast<unsigned char*>(secret.bytes.data()), secret.size),
      text(OSSL_KDF_PARAM_PREFIX, "tls13 "),
      text(OSSL_KDF_PARAM_LABEL, label),
      OSSL_PARAM_construct_end()};
  const Handle<EVP_KDF_CTX, EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(key_derivation()));
  require(context && EVP_KDF_derive(context.get(), out.data(), out.size(), parameters) == 1);
}

}  // namespace

const CipherSuite* find_cipher_suite(std::uint16_t number) {
  static const CipherSuite suites[] = {
      {.number = 0x1301, .aead = "AES-128-GCM", .hash = "SHA256", .key_size = 16},
      {.number = 0x1302, .aead = "AES-256-GCM", .hash = "SHA384", .key_size = 32},
      {.number = 0x1303, .aead = "ChaCha20-Poly1305", .hash = "SHA256", .key_size = 32}};
  const auto* found = std::ranges::find(suites, number, &CipherSuite::number);
  return found == std::end(suites) || !found->cipher || !key_derivation() ? nullptr : found;
}

void prepare_cipher_suites() {
  require_openssl(find_cipher_suite(0x1301) != nullptr, "cannot use the ciphers of TLS 1.3");
}

TrafficSecret::~TrafficSecret() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

TrafficKeys::TrafficKeys(const CipherSuite& suite, const TrafficSecret& secret,
                         std::uint64_t records)
    : suite_(suite), secret_(secret), sequence_(records), cipher_(EVP_CIPHER_CTX_new()) {
  require(cipher_ != nullptr);
  derive();
}

void TrafficKeys::derive() {
  std::array<unsigned char, 32> key;
  expand_label(suite_, secret_, "key", std::span(key).first(suite_.key_size));
  expand_label(suite_, secret_, "iv", iv_);
  // Neither for sealing nor for opening alone: each record says which of them.
  const bool done =
      EVP_CipherInit_ex(cipher_.get(), suite_.cipher.get(), nullptr, key.data(), nullptr, 1) == 1;
  OPENSSL_cleanse(key.data(), key.size());
  require(done);
}

void TrafficKeys::update() {
  TrafficSecret next;
  next.size = secret_.size;
  expand_label(suite_, secret_, "traffic upd", std::span(next.bytes).first(next.size));
  secret_ = next;
  derive();
  sequence_ = 0;
}

// The number of the record, in network order, over the end of the IV (section 5.3).
TrafficKeys::Nonce TrafficKeys::next_nonce() {
  Nonce nonce = iv_;
  for (std::uint64_t rest = sequence_++, place = nonce.size(); rest > 0; rest >>= 8) {
    nonce[--place] ^= static_cast<unsigned char>(rest);
  }
  return nonce;
}

void TrafficKeys::seal(ContentType type, std::span<const std::byte> content, SendBuffer& out) {
  const std::size_t length = content.size() + 1 + tag_size;
  unsigned char* record = raw(out.extend(record_header + length).data());
  record[0] = static_cast<unsigned char>(ContentType::application_data);
  record[1] = record[2] = 3;  // legacy_record_version: TLS 1.2
  record[3] = static_cast<unsigned char>(length >> 8);
  record[4] = static_cast<unsigned char>(length);
  unsigned char* encrypted = record + record_header;
  unsigned char* tag = encrypted + content.size() + 1;

  EVP_CIPHER_CTX* cipher = cipher_.get();
  const Nonce nonce = next_nonce();
  const auto inner = static_cast<unsigned char>(type);
  int done = 0;
  require(EVP_EncryptInit_ex(cipher, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
          EVP_EncryptUpdate(cipher, nullptr, &done, record, record_header) == 1 &&
          EVP_EncryptUpdate(cipher, encrypted, &done, raw(content.data()),
                            static_cast<int>(content.size())) == 1 &&
          EVP_EncryptUpdate(cipher, encrypted + content.size(), &done, &inner, 1) == 1 &&
          EVP_EncryptFinal_ex(cipher, tag, &done) == 1 &&
          EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size), tag) == 1);
}

std::optional<TrafficKeys::Opened> TrafficKeys::open(std::span<std::byte> record) {
  if (record.size() < record_header + 1 + tag_size) return std::nullopt;
  const std::span encrypted = record.subspan(record_header);
  const std::span inner = encrypted.first(encrypted.size() - tag_size);

  EVP_CIPHER_CTX* cipher = cipher_.get();
  const Nonce nonce = next_nonce();
  int done = 0;
  const bool authentic =
      EVP_DecryptInit_ex(cipher, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size),
                          encrypted.last(tag_size).data()) == 1 &&
      EVP_DecryptUpdate(cipher, nullptr, &done, raw(record.data()), record_header) == 1 &&
      EVP_DecryptUpdate(cipher, raw(inner.data()), &done, raw(inner.data()),
                        static_cast<int>(inner.size())) == 1 &&
      EVP_DecryptFinal_ex(cipher, raw(inner.data()) + inner.size(), &done) == 1;
  if (!authentic) return std::nullopt;

  // What the peer wrote, its type, and zeros as padding (section 5.4).
  std::size_t size = inner.size();
  while (size > 1 && inner[size - 1] == std::byte{0}) --size;
  return Opened{.type = static_cast<ContentType>(inner[size - 1]),
                .content = inner.first(size - 1)};
}

}  // namespace net
