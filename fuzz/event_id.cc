// Cursors, as clients give them back.
#include "fuzz/target.h"
#include "sse/event.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  const auto id = sse::EventId::parse(text);
  if (id) fuzz::require(sse::EventId::parse(id->print()) == id, "an id is read as it is written");
  return 0;
}
