#include "compare/request_fields.h"

#include <string_view>

#include "compare/decoder.h"
#include "compare/urgency.h"

namespace lab {
namespace {

std::string_view accepts(Kind kind) {
  switch (kind) {
    case Kind::document:
      return "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/"
             "*;q=0.8";
    case Kind::style:
      return "text/css,*/*;q=0.1";
    case Kind::image:
      return "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
    default:
      return "*/*";
  }
}

std::string_view destination(Kind kind) {
  switch (kind) {
    case Kind::document:
      return "document";
    case Kind::style:
      return "style";
    case Kind::script:
    case Kind::module:
      return "script";
    case Kind::font:
      return "font";
    case Kind::image:
      return "image";
    case Kind::media:
      return "video";
    case Kind::other:
      return "iframe";
    case Kind::fetch:
      break;
  }
  return "empty";
}

std::string_view word_of(Mode mode) {
  switch (mode) {
    case Mode::navigate:
      return "navigate";
    case Mode::no_cors:
      return "no-cors";
    case Mode::cors:
    case Mode::cors_credentials:
      break;
  }
  return "cors";
}

// RFC 9218 section 4: what is the default is not said.
std::string priority(Urgency urgency) {
  std::string text;
  if (urgency.level != 3) text = "u=" + std::to_string(urgency.level);
  if (urgency.incremental) text += text.empty() ? "i" : ", i";
  return text;
}

http::Headers common(const Requester& requester, std::string_view target) {
  return {{":method", "GET"},
          {":scheme", "https"},
          {":authority", requester.authority},
          {":path", target},
          {"user-agent", "Mozilla/5.0 (compatible; herald-compare)"}};
}

void add_priority(http::Headers& fields, Urgency urgency) {
  const std::string text = priority(urgency);
  if (!text.empty()) fields.add("priority", text);
}

void add_validators(http::Headers& fields, const Stored& stored) {
  if (!stored.etag.empty()) fields.add("if-none-match", stored.etag);
  if (!stored.last_modified.empty()) fields.add("if-modified-since", stored.last_modified);
}

}  // namespace

http::Headers request_fields(const Requester& requester, const Want& want, const Stored* validate) {
  http::Headers fields = common(requester, want.target);
  fields.add("accept", accepts(want.kind));
  const bool document = want.kind == Kind::document;
  if (document) fields.add("upgrade-insecure-requests", "1");
  if (document && !requester.takes.early_hints) fields.add("no-early-hints", "1");
  const bool cors = want.mode == Mode::cors || want.mode == Mode::cors_credentials;
  if (cors) fields.add("origin", "https://" + requester.authority);
  fields.add("sec-fetch-site", document ? "none" : "same-origin");
  fields.add("sec-fetch-mode", word_of(want.mode));
  if (document) fields.add("sec-fetch-user", "?1");
  fields.add("sec-fetch-dest", destination(want.kind));
  if (!document) fields.add("referer", "https://" + requester.authority + requester.page);
  fields.add("accept-encoding", known_codings);
  fields.add("accept-language", "en-US,en;q=0.9");
  add_priority(fields, want.urgency);
  if (validate != nullptr) add_validators(fields, *validate);
  return fields;
}

http::Headers event_stream_fields(const Requester& requester, const std::string& target) {
  http::Headers fields = common(requester, target);
  fields.add("accept", "text/event-stream");
  fields.add("cache-control", "no-cache");
  fields.add("sec-fetch-site", "same-origin");
  fields.add("sec-fetch-mode", "cors");
  fields.add("sec-fetch-dest", "empty");
  add_priority(fields, urgency::event_stream);
  return fields;
}

}  // namespace lab
