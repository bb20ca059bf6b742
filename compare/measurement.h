// Measurement: what one load of a page was seen to do. Values only; the loader and the browser fill
// them in, statistics and reports read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compare/scenario.h"

namespace lab {

// What a resource is to the page.
enum class Kind : std::uint8_t {
  document,
  style,
  script,
  module,
  font,
  image,
  media,
  fetch,
  other
};
std::string_view name_of(Kind kind);

// Where its content came from.
enum class From : std::uint8_t { network, push, cache, validated };
std::string_view name_of(From from);

enum class Fate : std::uint8_t {
  used,
  unused,     // hinted or pushed, and the page never asked for it
  cancelled,  // a push of what was in the cache already, or did not match
  failed,     // an error status, a reset, or never complete
};
std::string_view name_of(Fate fate);

// All times count from the start of the load: the first byte of the TCP handshake, or of the
// request on a connection that was open. None: it did not happen, or cannot be seen.
struct Resource {
  std::string target;  // path and query; the whole address if it is on another origin
  Kind kind = Kind::other;
  std::uint8_t urgency = 3;  // as asked for (RFC 9218)
  bool blocking = false;     // the page does not render without it
  int status = 0;
  std::optional<Milliseconds> promised;  // PUSH_PROMISE was here
  std::optional<Milliseconds> hinted;    // a 103 named it
  std::optional<Milliseconds>
      discovered;  // the page, a style or the final answer's `link` named it
  std::optional<Milliseconds> requested;
  std::optional<Milliseconds> first_byte;  // of its headers
  std::optional<Milliseconds> complete;
  std::uint64_t content = 0;  // bytes of content received, as encoded for transfer
  From from = From::network;
  Fate fate = Fate::used;
};

struct PageLoad {
  std::optional<Milliseconds> connected;      // TLS is done
  std::optional<Milliseconds> early_hints;    // the 103 was here
  std::optional<Milliseconds> final_headers;  // of the document
  std::optional<Milliseconds> document;       // its last byte
  std::optional<Milliseconds> render_ready;   // the document and all that blocks rendering
  std::optional<Milliseconds> load;           // all that the page uses
  // What a real browser says besides.
  std::optional<Milliseconds> first_contentful_paint;
  std::optional<Milliseconds> largest_contentful_paint;

  std::vector<Resource> resources;  // in order of first mention; the document is the first
  std::uint64_t sent = 0;           // bytes on the wire, handshake included
  std::uint64_t received = 0;
  std::uint64_t received_before = 0;  // on the same connection, by earlier loads
  std::uint64_t wasted = 0;  // content pushed but cached, cancelled or unused; hinted but unused
  std::vector<Milliseconds> event_delays;  // of a live stream's events, published to received

  std::string failure;  // a sentence if the page could not be loaded; nothing else counts then
};

}  // namespace lab
