// What of a message passes the proxy: lines "name: value". No field that passes can end its line,
// nor say how the message is framed.
#include <string>

#include "fuzz/bytes.h"
#include "fuzz/target.h"
#include "proxy/fields.h"

namespace {

bool on_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void check(const http::Headers& fields) {
  for (const http::Field field : fields) {
    fuzz::require(!field.name.empty(), "a field has a name");
    fuzz::require(on_one_line(field.name) && on_one_line(field.value), "a field is on one line");
    // Of our own: that we take trailers (RFC 9110 section 10.1.4).
    if (field == http::Field{"connection", "te"}) continue;
    for (const std::string_view name :
         {"connection", "content-length", "transfer-encoding", "keep-alive", "upgrade"}) {
      fuzz::require(!http::equal_ignoring_case(field.name, name),
                    "no field of the connection or the framing passes");
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Bytes input(fuzz::text_of(bytes, size));
  http::Peer peer;
  peer.address = "192.0.2.1";
  http::Request request;
  request.peer = &peer;
  request.method = input.until('\n');
  request.target = input.until('\n');
  request.authority = input.until('\n');
  if (!on_one_line(request.authority)) request.authority.clear();  // as sessions do
  http::Headers fields;
  while (!input.empty()) {
    fuzz::Bytes line(input.until('\n'));
    const auto name = line.until(':');
    if (!name.empty()) fields.add(http::to_lower(name), http::trim(line.rest()));
  }
  check(proxy::response_fields(fields));
  check(proxy::response_trailers(fields));
  check(proxy::request_trailers(fields));
  // Sessions let nothing else in (RFC 9113 section 8.2.1).
  for (const http::Field field : fields) {
    if (on_one_line(field.name) && on_one_line(field.value)) {
      request.fields.add(field.name, field.value);
    }
  }
  check(proxy::request_fields(request, proxy::Forwarding::append));
  check(proxy::request_fields(request, proxy::Forwarding::replace));
  (void)proxy::times_seen(fields);
  if (proxy::is_target(request.target)) {
    fuzz::require(request.target.find_first_of(" \r\n") == std::string::npos,
                  "a target keeps to its place in the line");
  }
  return 0;
}
