// Frames as they stand on the wire: their heads, types, flags and error codes (RFC 9113
// sections 4.1, 6 and 7, RFC 9218 section 7.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/h2/byte_queue.h"

namespace h2 {

enum class FrameType : std::uint8_t {
  data = 0x0,
  headers = 0x1,
  priority = 0x2,
  rst_stream = 0x3,
  settings = 0x4,
  push_promise = 0x5,
  ping = 0x6,
  goaway = 0x7,
  window_update = 0x8,
  continuation = 0x9,
  priority_update = 0x10,
};

namespace flag {
constexpr std::uint8_t none = 0x0;
constexpr std::uint8_t ack = 0x1;
constexpr std::uint8_t end_stream = 0x1;
constexpr std::uint8_t end_headers = 0x4;
constexpr std::uint8_t padded = 0x8;
constexpr std::uint8_t priority = 0x20;
}  // namespace flag

enum class ErrorCode : std::uint32_t {
  no_error = 0x0,
  protocol_error = 0x1,
  internal_error = 0x2,
  flow_control_error = 0x3,
  settings_timeout = 0x4,
  stream_closed = 0x5,
  frame_size_error = 0x6,
  refused_stream = 0x7,
  cancel = 0x8,
  compression_error = 0x9,
  connect_error = 0xa,
  enhance_your_calm = 0xb,
  inadequate_security = 0xc,
  http_1_1_required = 0xd,
};

enum class Setting : std::uint16_t {
  header_table_size = 0x1,
  enable_push = 0x2,
  max_concurrent_streams = 0x3,
  initial_window_size = 0x4,
  max_frame_size = 0x5,
  max_header_list_size = 0x6,
  enable_connect_protocol = 0x8,
  no_rfc7540_priorities = 0x9,
};

// Why a connection must end. `why` is a literal.
struct Fault {
  ErrorCode code = ErrorCode::no_error;
  const char* why = "";
  explicit operator bool() const { return code != ErrorCode::no_error; }
};

struct FrameHead {
  static constexpr std::size_t bytes = 9;

  std::uint32_t length = 0;  // of the payload
  FrameType type = FrameType::data;
  std::uint8_t flags = flag::none;
  std::uint32_t stream = 0;

  bool has(std::uint8_t wanted) const { return (flags & wanted) != 0; }
};

// The largest payload that this side takes and sends: SETTINGS_MAX_FRAME_SIZE is not raised.
constexpr std::uint32_t largest_payload = 16'384;
constexpr std::int64_t largest_window = 0x7fffffff;  // section 6.9.1
constexpr std::uint32_t default_window = 65'535;     // section 6.9.2
constexpr std::uint32_t largest_stream = 0x7fffffff;
constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // section 3.4

// Others are the server's, to push (section 5.1.1).
constexpr bool opened_by_client(std::uint32_t stream) { return stream % 2 == 1; }

// Big-endian numbers. `bytes` has at least as many.
std::uint16_t read_16(std::span<const std::uint8_t> bytes);
std::uint32_t read_32(std::span<const std::uint8_t> bytes);
// Without the reserved bit.
std::uint32_t read_31(std::span<const std::uint8_t> bytes);

FrameHead read_head(std::span<const std::uint8_t, FrameHead::bytes> bytes);
std::array<std::uint8_t, FrameHead::bytes> written(const FrameHead& head);

void put_16(std::uint16_t value, ByteQueue& to);
void put_32(std::uint32_t value, ByteQueue& to);
void put_head(const FrameHead& head, ByteQueue& to);

// As the standard writes them: "PROTOCOL_ERROR".
std::string_view name_of(ErrorCode code);
// "PING on stream 0"
std::string description(const FrameHead& head);

}  // namespace h2
