// The head of a response as HTTP/1.1 writes it (RFC 9112 section 4), and how its content is framed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/message.h"

namespace h1 {

enum class Framing {
  none,     // no content follows
  length,   // content-length says how much
  chunked,  // RFC 9112 section 7.1
  close,    // the end of the connection is the end: for HTTP/1.0
};
enum class Next { keep_alive, close };

struct ResponseHead {
  std::string text;  // from the status line to the empty line
  Framing framing = Framing::none;
  std::uint64_t length = 0;  // with Framing::length
};

// `date` is the value of that field. With Framing::close the connection must be closed whatever
// `next` says. A field whose value would break out of its line is left out.
ResponseHead response_head(const http::Request& request, const http::Response& response,
                           std::string_view date, Next next);

// As lines, without the empty one behind a section. Likewise.
std::string field_lines(const http::Headers& fields);

}  // namespace h1
