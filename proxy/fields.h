// What of the fields of a message passes the proxy, and what it adds (RFC 9110 section 7.6): what
// belongs to one connection stays behind, and the app server is told who asked, and how.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/address.h"
#include "server/http/headers.h"
#include "server/http/message.h"

namespace proxy {

// Whether `forwarded` and `x-forwarded-*` of the request are believed and added to, as behind
// another proxy, or replaced.
enum class Forwarding { replace, append };
// The `host` that an app server sees.
enum class Host { of_client, of_upstream };

// Fields of a request for HTTP/1.1, without `host`, those of the content, and those that libcurl
// writes.
http::Headers request_fields(const http::Request& request, Forwarding forwarding);
// How many more servers OPTIONS may be passed to (RFC 9110 section 7.6.2); none: as many as there
// are, as for all other methods that are passed on.
std::optional<std::uint64_t> forwards_left(const http::Request& request);
// `authority` is that of the request.
std::string_view host_field(std::string_view authority, const Address& to, Host host);

// Fields of an answer, final or interim, for the client: names that are no tokens are left out, and
// what the engine owns (`date`, `content-length`).
http::Headers response_fields(const http::Headers& received);

// Fields behind the content, without those that would change what went before them (RFC 9110
// section 6.5.1); of a request, without whatever request_fields() keeps from the app as well.
http::Headers request_trailers(const http::Headers& received);
http::Headers response_trailers(const http::Headers& received);

// How often a Herald is named in `via`: a request that goes round in a circle has many.
std::size_t times_seen(const http::Headers& request);

// How urgent an answer of that type is, if the client did not say.
http::Priority priority_of(std::string_view content_type);

// RFC 9110 section 5.6.2; for names and methods.
bool is_token(std::string_view text);
// A target that can stand in a request line.
bool is_target(std::string_view text);

}  // namespace proxy
