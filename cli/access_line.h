// AccessLine: one exchange as one line of JSON. Pure text; where lines go is access_log's.
#pragma once

#include <chrono>
#include <string>

#include "server/http/access.h"

namespace cli {

// Appends the object and a newline: time (RFC 3339, UTC, milliseconds), remote, connection, stream,
// method, authority, target, status, bytes, duration_ms, first_byte_ms, protocol, tls, cipher,
// resumed, pushed, error, user_agent, referer, and each note by its name (a list where it repeats).
// Members without a value are left out.
void append_access_line(std::string& out, const http::Access& access,
                        std::chrono::system_clock::time_point now);

}  // namespace cli
