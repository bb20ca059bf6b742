// The manifests of a build.
#include "hints/manifest.h"

#include "fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  const hints::Manifest manifest(text);
  const std::string entry = manifest.entry_of("index.html");
  fuzz::require(manifest.reach(entry).size() <= text.size(), "a piece is somewhere in the text");
  const hints::SsrManifest ssr(text);
  (void)ssr.companions("/assets/index.js");
  return 0;
}
