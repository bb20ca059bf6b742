// What app servers and measured sites have compressed: damaged or a bomb, it ends at a limit.
#include <string>

#include "compare/decoder.h"
#include "fuzz/bytes.h"
#include "fuzz/target.h"
#include "hints/content_coding.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static constexpr std::string_view codings[] = {"gzip", "br", "zstd", ""};
  constexpr std::size_t limit = 10'000;
  fuzz::Bytes input(fuzz::text_of(bytes, size));
  const auto coding = codings[input.byte() % 4];
  const auto text = hints::decoded(input.rest(), coding, limit);
  if (text) fuzz::require(text->size() <= limit, "no text is longer than the limit");

  const auto decoder = lab::make_decoder(coding);
  if (!decoder) return 0;
  std::string plain;
  const auto coded = std::as_bytes(std::span(input.rest()));
  const std::size_t half = coded.size() / 2;
  if (decoder->decode(coded.first(half), plain) == lab::Decoder::Status::good) {
    const auto status = decoder->decode(coded.subspan(half), plain);
    if (text && status == lab::Decoder::Status::good) {
      fuzz::require(plain.starts_with(*text) || text->starts_with(plain), "both read the same");
    }
  }
  return 0;
}
