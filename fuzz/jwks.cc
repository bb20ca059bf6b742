// Keys of tokens, as a JWK Set or in PEM: any text is keys, or one sentence.
#include "fuzz/target.h"
#include "server/net/error.h"
#include "sse/json_web_key.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  try {
    fuzz::require(!sse::Key::read_set(text).empty(), "a set has keys");
  } catch (const net::Error&) {
  }
  try {
    const sse::Key key = sse::Key::read(std::string(text));
    fuzz::require(key.kind == sse::Key::Kind::secret ? key.text.size() >= 32 : key.pair != nullptr,
                  "a key can be used");
  } catch (const net::Error&) {
  }
  return 0;
}
