// Problem details (RFC 9457): the body of an error that a program reads and a person understands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/http/message.h"

namespace http {

// application/problem+json with status, the standard title and `detail`, a sentence that names the
// cause and the remedy. Never cached.
Response problem(int status, std::string_view detail);

// 413 for content of more than `limit` bytes.
Response content_too_large(std::size_t limit);

// 405 with `allow`, a list such as "GET, HEAD" (RFC 9110 section 15.5.6).
Response method_not_allowed(std::string_view allow);
// 204 with `allow`: what OPTIONS is answered with (section 9.3.7).
Response methods_allowed(std::string_view allow);

// `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

}  // namespace http
