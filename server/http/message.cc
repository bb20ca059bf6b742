#include "server/http/message.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace http {

bool Peer::loopback() const {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

std::string_view Peer::scheme() const { return tls.empty() ? "http" : "https"; }

std::string_view protocol_id(Version version) {
  switch (version) {
    case Version::http_1_0:
      return "http/1.0";
    case Version::http_1_1:
      return "http/1.1";
    case Version::http_2:
      break;
  }
  return "h2";
}

std::string_view Request::path() const {
  const std::string_view all(target);
  return all.substr(0, all.find('?'));
}

bool Request::refuses_early_hints() const {
  const auto opt_out = fields.get("no-early-hints");
  return opt_out == "1" || opt_out == "?1";
}

std::string_view Request::query() const {
  const auto mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

void put(std::vector<Note>& notes, Note note) {
  const auto known = std::ranges::find(notes, note.name, &Note::name);
  if (known == notes.end()) {
    notes.push_back(std::move(note));
  } else {
    known->value = std::move(note.value);
  }
}

void Response::note_first(std::vector<Note> earlier) {
  if (earlier.empty()) return;
  notes.insert(notes.begin(), std::make_move_iterator(earlier.begin()),
               std::make_move_iterator(earlier.end()));
}

std::optional<std::string_view> Response::field(std::string_view name) const {
  if (const auto own = fields.get(name)) return own;
  return prepared ? prepared->get(name) : std::nullopt;
}

Response text_response(int status, std::string_view content_type, std::string text) {
  Response response;
  response.status = status;
  response.fields.add("content-type", content_type);
  response.body = text_body(std::move(text));
  return response;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 508:
      return "Loop Detected";
    default:
      return "";
  }
}

}  // namespace http
