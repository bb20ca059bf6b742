// Framing: where a request's content ends and to whom it is sent, by the letter of RFC 9112: two
// readings of one message are how requests are smuggled, so whatever has two is refused.
#pragma once

#include <string_view>

#include "server/http/message.h"

namespace h1 {

struct Objection {
  int status = 0;           // 0: none
  std::string_view detail;  // a sentence
  explicit operator bool() const { return status != 0; }
};

// Checks `request` as parsed: version, target and fields as received. Moves the authority out of
// the target's absolute form or `host` into Request::authority (RFC 9112 section 3.2), and takes
// away the fields that are for this connection alone (RFC 9110 section 7.6.1), but for `te`, of
// which `trailers` is left as in HTTP/2 (RFC 9113 section 8.2.2).
Objection settle_framing(http::Request& request);

// Whether a list field, such as `connection`, has this member; ASCII case does not matter.
bool lists(std::string_view field, std::string_view member);

}  // namespace h1
