#include "compare/decoder.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <array>

#include "server/http/headers.h"
#include "server/net/handle.h"

namespace lab {
namespace {

using Piece = std::array<char, 16 * 1024>;

class Identity final : public Decoder {
 public:
  Status decode(std::span<const std::byte> coded, std::string& plain) override {
    plain.append(reinterpret_cast<const char*>(coded.data()), coded.size());
    return plain.size() > longest ? Status::too_long : Status::good;
  }
};

class Gzip final : public Decoder {
 public:
  Gzip() { good_ = inflateInit2(&stream_, 15 + 16) == Z_OK; }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  Status decode(std::span<const std::byte> coded, std::string& plain) override {
    if (!good_) return Status::damaged;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(coded.data()));
    stream_.avail_in = static_cast<uInt>(coded.size());
    Piece piece;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      const int result = inflate(&stream_, Z_NO_FLUSH);
      plain.append(piece.data(), piece.size() - stream_.avail_out);
      if (plain.size() > longest) return Status::too_long;
      if (result == Z_STREAM_END) return Status::good;
      if (result == Z_BUF_ERROR) return Status::good;  // all is read
      if (result != Z_OK) return Status::damaged;
    } while (stream_.avail_in > 0 || stream_.avail_out == 0);
    return Status::good;
  }

 private:
  z_stream stream_{};
  bool good_ = false;
};

class Brotli final : public Decoder {
 public:
  Status decode(std::span<const std::byte> coded, std::string& plain) override {
    std::size_t left = coded.size();
    const auto* next = reinterpret_cast<const std::uint8_t*>(coded.data());
    for (;;) {
      Piece piece;
      std::size_t room = piece.size();
      auto* out = reinterpret_cast<std::uint8_t*>(piece.data());
      const BrotliDecoderResult result =
          BrotliDecoderDecompressStream(state_.get(), &left, &next, &room, &out, nullptr);
      plain.append(piece.data(), piece.size() - room);
      if (plain.size() > longest) return Status::too_long;
      if (result == BROTLI_DECODER_RESULT_ERROR) return Status::damaged;
      if (result != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) return Status::good;
    }
  }

 private:
  net::Handle<BrotliDecoderState, BrotliDecoderDestroyInstance> state_{
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
};

class Zstd final : public Decoder {
 public:
  Status decode(std::span<const std::byte> coded, std::string& plain) override {
    ZSTD_inBuffer in{coded.data(), coded.size(), 0};
    for (;;) {
      Piece piece;
      ZSTD_outBuffer out{piece.data(), piece.size(), 0};
      const std::size_t result = ZSTD_decompressStream(stream_.get(), &out, &in);
      plain.append(piece.data(), out.pos);
      if (plain.size() > longest) return Status::too_long;
      if (ZSTD_isError(result) != 0) return Status::damaged;
      if (in.pos == in.size && out.pos < out.size) return Status::good;
    }
  }

 private:
  net::Handle<ZSTD_DStream, ZSTD_freeDStream> stream_{ZSTD_createDStream()};
};

}  // namespace

std::unique_ptr<Decoder> make_decoder(std::string_view content_encoding) {
  const std::string coding = http::to_lower(http::trim(content_encoding));
  if (coding.empty() || coding == "identity") return std::make_unique<Identity>();
  if (coding == "gzip" || coding == "x-gzip") return std::make_unique<Gzip>();
  if (coding == "br") return std::make_unique<Brotli>();
  if (coding == "zstd") return std::make_unique<Zstd>();
  return nullptr;
}

}  // namespace lab
