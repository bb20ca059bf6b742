// Where requests carry tokens, and the cookie of pushes: no text is a cookie that was not signed.
#include <string>

#include "fuzz/bytes.h"
#include "fuzz/target.h"
#include "hints/visit_cookie.h"
#include "sse/credentials.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const net::Signer signer("a key that no corpus holds");
  fuzz::Bytes input(fuzz::text_of(bytes, size));
  http::Request request;
  request.target = "/.well-known/mercure?" + std::string(input.until('\n'));
  if (const auto field = input.until('\n'); !field.empty()) {
    request.fields.add("authorization", field);
  }
  request.fields.add("cookie", input.rest());
  (void)sse::credentials_of(request);
  (void)sse::cookie(request, "mercureAuthorization");

  const auto empty = hints::VisitCookie().set_cookie(signer);
  const auto given = hints::VisitCookie::of(request.fields, signer).set_cookie(signer);
  fuzz::require(given == empty, "a cookie that nobody has signed says nothing");
  return 0;
}
