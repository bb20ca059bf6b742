// What one connection may ask for, and how long it may take. Defaults are safe on the open
// internet. Windows, streams and pushes are those of HTTP/2; everything else holds for every
// version.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace http {

using std::chrono::milliseconds;

struct Limits {
  // SETTINGS_MAX_CONCURRENT_STREAMS: event streams and polls share a connection with its assets.
  std::uint32_t concurrent_streams = 256;
  // Names and values of one request, plus 32 bytes a field (RFC 9113 section 10.5.1): 431 above.
  std::size_t header_bytes = 16 * 1024;
  std::size_t header_fields = 100;
  std::size_t target_bytes = 4 * 1024;  // 414 above
  // The receive window of a stream and of the connection (RFC 9113 section 6.9.2).
  std::uint32_t stream_window = 64 * 1024;
  std::uint32_t connection_window = 1024 * 1024;
  // Assets pushed on one connection, and promised at one time.
  std::size_t pushes = 256;
  std::size_t concurrent_pushes = 32;
  // Pushes that the client may cancel before it gets no more on this connection.
  std::size_t cancelled_pushes = 3;
};

struct Timeouts {
  milliseconds handshake{10'000};  // TLS handshake, preface and first SETTINGS
  milliseconds settings{10'000};   // until our SETTINGS are acknowledged
  milliseconds header{10'000};     // from the first byte of a header section to its last
  milliseconds content{10'000};    // between two pieces of a request's content
  milliseconds idle{60'000};       // a connection without streams
  milliseconds stall{30'000};      // bytes waiting, none taken by the client's TCP
  milliseconds ping{20'000};       // between two PINGs on a connection with live streams
  milliseconds ping_ack{10'000};   // until such a PING is acknowledged that has reached the client
};

}  // namespace http
