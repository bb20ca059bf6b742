// HandshakeFault: why a TLS handshake came to nothing, in a few words that can be counted.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace net {

enum class HandshakeFault : std::uint8_t {
  plain_http,   // the client speaks HTTP without TLS
  not_tls,      // nor anything else that is TLS
  version,      // no version of TLS that both take
  cipher,       // no cipher suite, group, signature or protocol likewise
  certificate,  // the client does not trust ours
  left,         // the client has gone in the middle
  late,         // it took too long
  other,
};
inline constexpr std::array<std::string_view, 8> handshake_fault_names{
    "plain_http", "not_tls", "version", "cipher", "certificate", "left", "late", "other"};

// What an error of OpenSSL's comes to.
HandshakeFault handshake_fault_of(unsigned long openssl_error);

}  // namespace net
