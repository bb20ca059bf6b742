// The accept-encoding field: something is always acceptable, and nothing twice.
#include <set>

#include "fuzz/target.h"
#include "static/encoding.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  http::Headers fields;
  fields.add("accept-encoding", fuzz::text_of(bytes, size));
  std::set<assets::Coding> seen;
  for (const assets::Coding coding : assets::AcceptedCodings(fields)) {
    fuzz::require(seen.insert(coding).second, "a coding is listed once");
  }
  return 0;
}
