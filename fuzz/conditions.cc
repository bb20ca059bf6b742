// Conditional and range requests: lines "name: value" of the fields that decide.
#include <string>
#include <variant>

#include "fuzz/bytes.h"
#include "fuzz/target.h"
#include "static/http_date.h"
#include "static/precondition.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Bytes input(fuzz::text_of(bytes, size));
  http::Request request;
  request.method = (input.byte() & 1) == 0 ? "GET" : "HEAD";
  while (!input.empty()) {
    fuzz::Bytes line(input.until('\n'));
    const auto name = line.until(':');
    if (!name.empty()) request.fields.add(http::to_lower(name), http::trim(line.rest()));
  }
  const assets::Validators current{.etag = "\"5-abc\"", .modified = 784'111'777, .length = 1000};
  const assets::Decision decision = assets::decide(request, current);
  if (const auto* partial = std::get_if<assets::Partial>(&decision)) {
    fuzz::require(request.method == "GET", "only a GET has ranges");
    fuzz::require(!partial->slices.empty(), "a partial answer has a part");
  }
  if (std::holds_alternative<assets::NotModified>(decision)) {
    fuzz::require(request.fields.has("if-none-match") || request.fields.has("if-modified-since"),
                  "only who has a copy is told that it is good");
  }
  for (const http::Field field : request.fields) {
    const auto time = assets::parse_http_date(field.value, 1'800'000'000);
    if (!time) continue;
    fuzz::require(assets::parse_http_date(assets::format_http_date(*time)) == time,
                  "a date is read as it is written");
  }
  return 0;
}
