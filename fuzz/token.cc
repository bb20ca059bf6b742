// Tokens: no text is one that was not signed; and what a signed one may claim is anything.
#include "sse/json_web_token.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "sse/grant.h"

namespace {

// Claims that the hub's own issuer has signed, of whatever shape.
void grant(const nlohmann::json& claims) {
  for (const sse::Action action : {sse::Action::publish, sse::Action::subscribe}) {
    const sse::Grant old = sse::read_mercure_claim(claims, action);
    (void)old.covers("https://app.test/books/1");
    (void)old.rights();
    (void)old.until({});
    const auto details =
        sse::read_authorization_details(claims, action,
                                        {.issuer = "https://issuer.test",
                                         .audience = "https://app.test/.well-known/mercure",
                                         .hub = "https://app.test/.well-known/mercure"});
    if (const auto* granted = std::get_if<sse::Grant>(&details)) {
      (void)granted->covers("https://app.test/books/1");
      (void)granted->until({});
    } else {
      fuzz::require(!std::get<std::string>(details).empty(), "a refusal names its rule");
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::vector<sse::Key> keys{
      sse::Key::read("a secret of thirty-two bytes or more, that no corpus holds")};
  const auto text = fuzz::text_of(bytes, size);
  fuzz::require(!sse::verify_token(text, keys).broken_rule.empty(),
                "a token that nobody has signed is refused");

  const auto claims = nlohmann::json::parse(text, nullptr, false);
  if (!claims.is_object()) return 0;
  const sse::Verified verified = sse::verify_token(sse::sign_token(keys[0], claims), keys);
  if (verified.broken_rule.empty()) grant(verified.claims);
  return 0;
}
