#include "server/h2/frame.h"

namespace h2 {

std::uint16_t read_16(std::span<const std::uint8_t> bytes) {
  return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

std::uint32_t read_32(std::span<const std::uint8_t> bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

std::uint32_t read_31(std::span<const std::uint8_t> bytes) { return read_32(bytes) & 0x7fffffffU; }

FrameHead read_head(std::span<const std::uint8_t, FrameHead::bytes> bytes) {
  return {.length = read_32(bytes) >> 8,
          .type = FrameType{bytes[3]},
          .flags = bytes[4],
          .stream = read_31(bytes.subspan(5))};
}

std::array<std::uint8_t, FrameHead::bytes> written(const FrameHead& head) {
  const auto byte = [](std::uint32_t value, unsigned shift) {
    return static_cast<std::uint8_t>(value >> shift);
  };
  return {byte(head.length, 16),   byte(head.length, 8), byte(head.length, 0),
          std::uint8_t(head.type), head.flags,           byte(head.stream, 24),
          byte(head.stream, 16),   byte(head.stream, 8), byte(head.stream, 0)};
}

void put_16(std::uint16_t value, ByteQueue& to) {
  const char bytes[] = {static_cast<char>(value >> 8), static_cast<char>(value)};
  to.append({bytes, sizeof bytes});
}

void put_32(std::uint32_t value, ByteQueue& to) {
  put_16(static_cast<std::uint16_t>(value >> 16), to);
  put_16(static_cast<std::uint16_t>(value), to);
}

void put_head(const FrameHead& head, ByteQueue& to) {
  const auto bytes = written(head);
  to.append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string_view name_of(ErrorCode code) {
  constexpr std::array<std::string_view, 14> names = {"NO_ERROR",
                                                      "PROTOCOL_ERROR",
                                                      "INTERNAL_ERROR",
                                                      "FLOW_CONTROL_ERROR",
                                                      "SETTINGS_TIMEOUT",
                                                      "STREAM_CLOSED",
                                                      "FRAME_SIZE_ERROR",
                                                      "REFUSED_STREAM",
                                                      "CANCEL",
                                                      "COMPRESSION_ERROR",
                                                      "CONNECT_ERROR",
                                                      "ENHANCE_YOUR_CALM",
                                                      "INADEQUATE_SECURITY",
                                                      "HTTP_1_1_REQUIRED"};
  const auto number = static_cast<std::size_t>(code);
  return number < names.size() ? names[number] : "UNKNOWN";
}

std::string description(const FrameHead& head) {
  constexpr std::array<const char*, 10> names = {
      "DATA",         "HEADERS", "PRIORITY", "RST_STREAM",    "SETTINGS",
      "PUSH_PROMISE", "PING",    "GOAWAY",   "WINDOW_UPDATE", "CONTINUATION"};
  const auto number = static_cast<std::size_t>(head.type);
  const std::string name = number < names.size() ? names[number]
                           : head.type == FrameType::priority_update
                               ? "PRIORITY_UPDATE"
                               : "a frame of type " + std::to_string(number);
  return name + " on stream " + std::to_string(head.stream);
}

}  // namespace h2
