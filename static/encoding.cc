#include "static/encoding.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <new>
#include <utility>

#include "server/net/handle.h"
#include "server/net/library_memory.h"

namespace assets {
namespace {

// Thousandths of a qvalue.
using Quality = int;
constexpr Quality unlisted = -1;

// RFC 9110 section 12.4.2; none if malformed.
std::optional<Quality> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  Quality value = (text[0] - '0') * 1000;
  Quality place = 100;
  for (std::size_t i = 2; i < text.size(); ++i, place /= 10) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value += (text[i] - '0') * place;
  }
  return value <= 1000 ? std::optional(value) : std::nullopt;
}

// Of the parameters behind a coding; 1000 if there are none.
std::optional<Quality> quality_of(std::string_view parameters) {
  parameters = http::trim(parameters);
  if (parameters.empty()) return 1000;
  if (!parameters.starts_with("q=") && !parameters.starts_with("Q=")) return std::nullopt;
  return parse_quality(http::trim(parameters.substr(2)));
}

struct Qualities {
  std::array<Quality, coding_count> of{unlisted, unlisted, unlisted, unlisted};
  Quality others = unlisted;  // "*"

  void note(std::string_view member) {
    const auto semicolon = member.find(';');
    const bool plain = semicolon == std::string_view::npos;
    const std::string_view coding = http::trim(member.substr(0, semicolon));
    const auto quality = quality_of(plain ? std::string_view() : member.substr(semicolon + 1));
    if (!quality) return;
    if (coding == "*") others = *quality;
    if (http::equal_ignoring_case(coding, "x-gzip")) of[index_of(Coding::gzip)] = *quality;
    for (std::size_t i = 0; i < coding_count; ++i) {
      if (http::equal_ignoring_case(coding, name_of(static_cast<Coding>(i)))) of[i] = *quality;
    }
  }
};

// Beyond this size the better qualities hold the worker up for too long.
constexpr std::size_t small = std::size_t{128} * 1024;

std::string compress_brotli(std::string_view text) {
  std::string out(BrotliEncoderMaxCompressedSize(text.size()), '\0');
  net::LibraryMemory memory;
  BROTLI_BOOL good = BROTLI_FALSE;
  std::size_t room = out.size();
  const bool whole = memory.run([&] {
    BrotliEncoderState* encoder = BrotliEncoderCreateInstance(net::LibraryMemory::allocate,
                                                              net::LibraryMemory::release, &memory);
    BrotliEncoderSetParameter(encoder, BROTLI_PARAM_QUALITY, text.size() <= small ? 9 : 5);
    BrotliEncoderSetParameter(encoder, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT);
    BrotliEncoderSetParameter(encoder, BROTLI_PARAM_SIZE_HINT,
                              static_cast<std::uint32_t>(text.size()));
    std::size_t left = text.size();
    const auto* in = reinterpret_cast<const std::uint8_t*>(text.data());
    auto* to = reinterpret_cast<std::uint8_t*>(out.data());
    good = BrotliEncoderCompressStream(encoder, BROTLI_OPERATION_FINISH, &left, &in, &room, &to,
                                       nullptr) == BROTLI_TRUE &&
           BrotliEncoderIsFinished(encoder) == BROTLI_TRUE;
  });
  if (!whole) throw std::bad_alloc();
  out.resize(good == BROTLI_TRUE ? out.size() - room : 0);
  return out;
}

std::string compress_zstd(std::string_view text) {
  const int level = text.size() <= small ? 12 : 7;
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), level);
  out.resize(ZSTD_isError(size) != 0 ? 0 : size);
  return out;
}

std::string compress_gzip(std::string_view text) {
  constexpr int gzip_window = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, 7, Z_DEFLATED, gzip_window, 9, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  const net::Handle<z_stream, deflateEnd> end(&stream);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool good = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(good ? stream.total_out : 0);
  return out;
}

}  // namespace

std::string_view name_of(Coding coding) {
  switch (coding) {
    case Coding::br:
      return "br";
    case Coding::zstd:
      return "zstd";
    case Coding::gzip:
      return "gzip";
    case Coding::identity:
      break;
  }
  return "identity";
}

std::string_view suffix_of(Coding coding) {
  switch (coding) {
    case Coding::br:
      return ".br";
    case Coding::zstd:
      return ".zst";
    case Coding::gzip:
      return ".gz";
    case Coding::identity:
      break;
  }
  return "";
}

AcceptedCodings::AcceptedCodings(const http::Headers& request_fields) {
  Qualities qualities;
  for (const http::Field field : request_fields) {
    if (field.name != "accept-encoding") continue;
    std::string_view list = field.value;
    while (!list.empty()) {
      const auto comma = list.find(',');
      qualities.note(list.substr(0, comma));
      list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
  }
  const auto quality = [&](Coding coding) {
    const Quality own = qualities.of[index_of(coding)];
    if (own != unlisted) return own;
    if (qualities.others != unlisted) return qualities.others;
    return coding == Coding::identity ? 1 : 0;
  };
  for (std::size_t i = 0; i < coding_count; ++i) {
    const auto coding = static_cast<Coding>(i);
    if (quality(coding) > 0) order_[count_++] = coding;
  }
  std::ranges::sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(count_), {},
                    [&](Coding coding) { return std::pair(-quality(coding), coding); });
}

std::optional<std::string> compress(Coding coding, std::string_view text) {
  std::string out;
  switch (coding) {
    case Coding::br:
      out = compress_brotli(text);
      break;
    case Coding::zstd:
      out = compress_zstd(text);
      break;
    case Coding::gzip:
      out = compress_gzip(text);
      break;
    case Coding::identity:
      return std::nullopt;
  }
  if (out.empty() || out.size() >= text.size()) return std::nullopt;
  out.shrink_to_fit();
  return out;
}

}  // namespace assets
