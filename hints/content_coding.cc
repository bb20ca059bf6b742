#include "hints/content_coding.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "server/http/headers.h"

namespace hints {
namespace {

constexpr int any_window_and_gzip = 15 + 16;  // as inflateInit2 wants it

// One byte more than the limit shows that the text is too long.
std::optional<std::string> within(std::string text, std::size_t size, std::size_t limit) {
  if (size > limit) return std::nullopt;
  text.resize(size);
  return text;
}

std::optional<std::string> gunzip(std::string_view bytes, std::size_t limit) {
  std::string text(limit + 1, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, any_window_and_gzip) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int result = inflate(&stream, Z_FINISH);
  const std::size_t size = stream.total_out;
  inflateEnd(&stream);
  if (result != Z_STREAM_END) return std::nullopt;
  return within(std::move(text), size, limit);
}

std::optional<std::string> unbrotli(std::string_view bytes, std::size_t limit) {
  std::string text(limit + 1, '\0');
  std::size_t size = text.size();
  const auto result =
      BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()),
                              &size, reinterpret_cast<std::uint8_t*>(text.data()));
  if (result != BROTLI_DECODER_RESULT_SUCCESS) return std::nullopt;
  return within(std::move(text), size, limit);
}

std::optional<std::string> unzstd(std::string_view bytes, std::size_t limit) {
  std::string text(limit + 1, '\0');
  const std::size_t size = ZSTD_decompress(text.data(), text.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) return std::nullopt;
  return within(std::move(text), size, limit);
}

}  // namespace

std::optional<std::string> decoded(std::string_view bytes, std::string_view coding,
                                   std::size_t limit) {
  const std::string name = http::to_lower(http::trim(coding));
  if (name.empty() || name == "identity") {
    return bytes.size() > limit ? std::nullopt : std::optional(std::string(bytes));
  }
  if (name == "gzip" || name == "x-gzip") return gunzip(bytes, limit);
  if (name == "br") return unbrotli(bytes, limit);
  if (name == "zstd") return unzstd(bytes, limit);
  return std::nullopt;
}

}  // namespace hints
