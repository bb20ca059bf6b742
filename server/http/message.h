// Request and Response: plain values, and what the engine tells of the peer behind a request.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/body.h"
#include "server/http/headers.h"
#include "server/http/transport.h"

namespace http {

// The client's end of a connection. One per connection, outlives every request on it.
struct Peer {
  std::string address;  // numeric, without brackets or port
  std::uint16_t port = 0;
  std::uint64_t connection = 0;  // number of the connection within this process, from 1
  std::string tls;               // "TLSv1.3"; empty without TLS
  std::string cipher;            // "TLS_AES_128_GCM_SHA256"
  bool resumed = false;          // TLS session resumption
  // Null where there is no network, as in tests. Valid as long as the peer.
  const TransportGauge* gauge = nullptr;
  bool loopback() const;            // 127.0.0.0/8, ::1 and the former mapped into IPv6
  std::string_view scheme() const;  // "https", or "http" without TLS
};

// RFC 9218 section 4. Lower urgency goes first.
struct Priority {
  std::uint8_t urgency = 3;  // 0..7
  bool incremental = false;
  bool operator==(const Priority&) const = default;
};

enum class Version { http_1_0, http_1_1, http_2 };

// As ALPN has it (RFC 7301): "h2", "http/1.1", and "http/1.0", which has no name there.
std::string_view protocol_id(Version version);

struct Request {
  Version version = Version::http_2;
  std::string method;          // as received: methods are case-sensitive
  std::string scheme;          // of the connection, whatever the client says: Peer::scheme()
  std::string authority;       // :authority, or host
  std::string target;          // :path as received: "/a%20b?c=d"
  Headers fields;              // without pseudo-header fields; names in lower case
  const Peer* peer = nullptr;  // null only in tests that do not care
  bool pushed = false;         // asked by the server of itself, to be pushed

  std::string_view path() const;     // the target up to '?', still percent-encoded
  std::string_view query() const;    // behind the '?', still percent-encoded; may be empty
  bool refuses_early_hints() const;  // by `no-early-hints`, whoever would send them
};

// Something worth telling in the access log, besides the standard fields.
struct Note {
  std::string name;
  std::string value;
};
// One of the same name is replaced.
void put(std::vector<Note>& notes, Note note);

struct Response {
  int status = 200;
  // Prepared once and sent before `fields`; a name must not be in both. May be null.
  std::shared_ptr<const Headers> prepared;
  Headers fields;
  std::unique_ptr<Body> body;  // null: none. Ignored for HEAD, 204 and 304

  // How urgent the body is when the client did not say. A live body (event stream, poll) goes
  // before all others, whatever the client said: set `live`.
  Priority priority;
  bool live = false;

  std::vector<Note> notes;
  // What was noted before there was an answer stands before its own notes.
  void note_first(std::vector<Note> earlier);

  // Looks in `fields`, then in `prepared`.
  std::optional<std::string_view> field(std::string_view name) const;
};

Response text_response(int status, std::string_view content_type, std::string text);

// The reason phrase of RFC 9110 section 15, for people: "Not Found". Empty if unknown.
std::string_view reason_phrase(int status);

}  // namespace http
