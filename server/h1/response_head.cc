#include "server/h1/response_head.h"

namespace h1 {
namespace {

bool bodiless(int status) { return status == 204 || status == 304; }

void add(std::string& text, std::string_view name, std::string_view value) {
  constexpr std::string_view line_breakers("\r\n\0", 3);
  if (value.find_first_of(line_breakers) != std::string_view::npos) return;
  text.append(name).append(": ").append(value).append("\r\n");
}

void add(std::string& text, const http::Headers& fields) {
  for (const http::Field field : fields) add(text, field.name, field.value);
}

Framing framing_of(const http::Request& request, const http::Response& response) {
  if (request.method == "HEAD" || bodiless(response.status) || !response.body) {
    return Framing::none;
  }
  if (const auto length = response.body->length()) {
    return *length == 0 ? Framing::none : Framing::length;
  }
  return request.version == http::Version::http_1_0 ? Framing::close : Framing::chunked;
}

}  // namespace

std::string field_lines(const http::Headers& fields) {
  std::string lines;
  add(lines, fields);
  return lines;
}

ResponseHead response_head(const http::Request& request, const http::Response& response,
                           std::string_view date, Next next) {
  ResponseHead head;
  head.framing = framing_of(request, response);
  std::string& text = head.text;
  text.reserve(512);
  text.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  text.append(http::reason_phrase(response.status)).append("\r\n");
  if (response.prepared) add(text, *response.prepared);
  add(text, response.fields);
  add(text, "date", date);

  const std::optional<std::uint64_t> length =
      response.body ? response.body->length() : std::optional<std::uint64_t>(0);
  if (length && !bodiless(response.status)) add(text, "content-length", std::to_string(*length));
  if (head.framing == Framing::length) head.length = *length;
  if (head.framing == Framing::chunked) add(text, "transfer-encoding", "chunked");
  if (next == Next::close || head.framing == Framing::close) {
    add(text, "connection", "close");
  } else if (request.version == http::Version::http_1_0) {
    add(text, "connection", "keep-alive");
  }
  text.append("\r\n");
  return head;
}

}  // namespace h1
