// herald.toml: any text is a configuration, or one sentence with the place of its fault.
#include "cli/config.h"

#include "fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    const cli::Config config = cli::with_text({}, fuzz::text_of(bytes, size), "/etc/herald.toml");
    cli::require_coherent(config);
  } catch (const net::Error& error) {
    fuzz::require(std::string_view(error.what()).size() > 10, "a refusal says why");
  }
  return 0;
}
