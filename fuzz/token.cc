// Tokens: no text is one that was not signed.
#include "sse/json_web_token.h"

#include <vector>

#include "fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::vector<sse::Key> keys{
      sse::Key::read("a secret of thirty-two bytes or more, that no corpus holds")};
  const sse::Verified verified = sse::verify_token(fuzz::text_of(bytes, size), keys);
  fuzz::require(!verified.broken_rule.empty(), "a token that nobody has signed is refused");
  return 0;
}
