// HTTP-date (RFC 9110 section 5.6.7), to and from seconds since 1970 in UTC.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace assets {

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string format_http_date(std::time_t time);

// All three forms: IMF-fixdate, RFC 850, asctime. None if it is none of them or no such day exists.
// The two-digit year of RFC 850 is the latest one that is at most 50 years after `now`.
std::optional<std::time_t> parse_http_date(std::string_view text,
                                           std::time_t now = std::time(nullptr));

}  // namespace assets
