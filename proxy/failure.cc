#include "proxy/failure.h"

#include <string>

#include "server/http/problem.h"

namespace proxy {
namespace {

http::Response page(int status, std::string_view detail) {
  const std::string title(http::reason_phrase(status));
  std::string html =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
      std::to_string(status) + " " + title +
      "</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;"
      "padding:0 1em}@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}</style>"
      "<h1>" +
      title + "</h1><p>" + std::string(detail) + "</p></html>\n";
  http::Response response = http::text_response(status, "text/html; charset=utf-8", html);
  response.fields.add("cache-control", "no-store");
  return response;
}

}  // namespace

Audience audience_of(const http::Request& request) {
  const std::string accept = http::to_lower(request.fields.joined("accept"));
  const auto takes = [&](std::string_view type) { return accept.find(type) != std::string::npos; };
  const bool json = takes("application/json") || takes("+json");
  return json && !takes("text/html") ? Audience::programs : Audience::people;
}

http::Response failure(int status, std::string_view detail, Audience audience) {
  http::Response response =
      audience == Audience::programs ? http::problem(status, detail) : page(status, detail);
  if (status == 503) response.fields.add("retry-after", "1");
  return response;
}

}  // namespace proxy
