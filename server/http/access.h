// What is told of each exchange when its stream closes, and who is told.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "server/http/message.h"

namespace http {

// Views and references are valid during the call only.
struct Access {
  const Peer& peer;
  Version version = Version::http_2;
  std::string_view method;
  std::string_view authority;
  std::string_view target;
  std::string_view user_agent;
  std::string_view referer;
  std::string_view traceparent;  // W3C Trace Context, as the client sent it
  std::int32_t stream = 0;
  int status = 0;                          // 0: the client left before there was an answer
  std::uint64_t bytes = 0;                 // of content, as sent
  std::chrono::microseconds took{};        // from the header section's end to the stream's close
  std::chrono::microseconds first_byte{};  // to the final header section
  bool pushed = false;
  std::uint32_t error_code = 0;  // RFC 9113 section 7, for every version; 0 = closed in order
  const std::vector<Note>& notes;
};

class AccessLog {
 public:
  virtual ~AccessLog() = default;
  // From any worker's thread, many at once. Must not block for long and must not throw.
  virtual void completed(const Access& access) noexcept = 0;
};

}  // namespace http
