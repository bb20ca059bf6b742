// Request targets to file paths: whatever a client writes names a file beneath the root, or none.
#include "static/request_path.h"

#include <string>
#include <variant>

#include "fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto result = assets::file_path(fuzz::text_of(bytes, size));
  if (const auto* path = std::get_if<std::string>(&result)) {
    fuzz::require(!path->starts_with('/'), "a file path is relative to the root");
    fuzz::require(path->find('\0') == std::string::npos, "a file path has no NUL");
    fuzz::require(("/" + *path + "/").find("/../") == std::string::npos,
                  "a file path leads nowhere up");
  }
  return 0;
}
