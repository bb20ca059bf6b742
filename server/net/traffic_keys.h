// TrafficKeys: what seals, or opens, the records of one direction of a TLS 1.3 connection once its
// handshake is done (RFC 8446 sections 5.2, 5.3 and 7.3), until KeyUpdate puts others in their
// place (section 7.2). The cryptography is OpenSSL's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "server/net/handle.h"
#include "server/net/send_buffer.h"

extern "C" {
struct evp_cipher_ctx_st;
void EVP_CIPHER_CTX_free(evp_cipher_ctx_st*);
}

namespace net {

struct CipherSuite;
// By its number (RFC 8446 appendix B.4). Null: none of those that TLS 1.3 servers must or should
// have.
const CipherSuite* find_cipher_suite(std::uint16_t number);
// Looks up what it takes of OpenSSL, at the start, when there is memory for that; otherwise the
// first call above does, and it is not done again.
void prepare_cipher_suites();

// An application traffic secret (section 7.1), forgotten for good when it goes.
struct TrafficSecret {
  TrafficSecret() = default;
  TrafficSecret(const TrafficSecret&) = default;
  TrafficSecret& operator=(const TrafficSecret&) = default;
  ~TrafficSecret();

  std::array<unsigned char, 48> bytes{};
  std::size_t size = 0;  // that of the suite's hash; 0: there is none yet
};

// What a record is about (section 5.1).
enum class ContentType : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
};

// Bytes of a record before what is encrypted; the most that it may carry; the most that encryption
// may add to that (section 5.2).
inline constexpr std::size_t record_header = 5;
inline constexpr std::size_t max_content = 16 * 1024;
inline constexpr std::size_t max_expansion = 256;
// Of the record that begins with this header, which it includes.
inline std::size_t record_size(std::span<const std::byte> header) {
  return record_header + (std::to_integer<std::size_t>(header[3]) << 8) +
         std::to_integer<std::size_t>(header[4]);
}

class TrafficKeys {
 public:
  // `secret` is of the size of the suite's hash; `records` have been protected with it already.
  // Throws net::Error when OpenSSL cannot.
  TrafficKeys(const CipherSuite& suite, const TrafficSecret& secret, std::uint64_t records = 0);

  // Puts one record with `content` (at most max_content bytes) behind what is in `out`. Throws
  // net::Error when OpenSSL cannot.
  void seal(ContentType type, std::span<const std::byte> content, SendBuffer& out);

  struct Opened {
    ContentType type;  // as the peer wrote it: may be none of those that we know
    std::span<std::byte> content;
  };
  // Decrypts a whole record, header included, in its place. Nothing: it is not what the peer
  // sealed. Content of the type 0 was padding and nothing else.
  std::optional<Opened> open(std::span<std::byte> record);

  // Records sealed or opened since the keys are those that they are.
  std::uint64_t records() const { return sequence_; }
  // The next generation of keys.
  void update();

 private:
  using Nonce = std::array<unsigned char, 12>;
  void derive();
  Nonce next_nonce();

  const CipherSuite& suite_;
  TrafficSecret secret_;
  Nonce iv_{};
  std::uint64_t sequence_ = 0;
  Handle<evp_cipher_ctx_st, EVP_CIPHER_CTX_free> cipher_;
};

}  // namespace net
