// _headers: any text is rules and faults, and no field can break out of its line.
#include "static/header_rules.h"

#include "fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const assets::HeaderRules rules(fuzz::text_of(bytes, size));
  const auto applied = rules.applied("app.test", "/blog/a/b.html");
  for (const http::Field field : applied.fields) {
    fuzz::require(field.value.find_first_of("\r\n") == std::string_view::npos,
                  "a field keeps to its line");
    fuzz::require(!field.name.empty(), "a field has a name");
  }
  return 0;
}
