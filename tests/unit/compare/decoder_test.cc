#include "compare/decoder.h"

#include <catch2/catch.hpp>
#include <random>

#include "static/encoding.h"

namespace lab {
namespace {

std::string prose() {
  std::minstd_rand random(1);
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "word " + std::to_string(random() % 1000);
  return text;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("every coding that is asked for is undone, whatever pieces it comes in") {
  const std::string text = prose();
  for (const assets::Coding coding : assets::compressing_codings) {
    const std::string coded = assets::compress(coding, text).value();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1369}, coded.size()}) {
      INFO(assets::name_of(coding) << " in pieces of " << piece);
      const auto decoder = make_decoder(assets::name_of(coding));
      REQUIRE(decoder);
      std::string plain;
      for (std::size_t at = 0; at < coded.size(); at += piece) {
        const auto some = std::string_view(coded).substr(at, piece);
        REQUIRE(decoder->decode(bytes_of(some), plain) == Decoder::Status::good);
      }
      CHECK(plain == text);
    }
  }
}

TEST_CASE("what a coding lets out early is given before the rest has come") {
  const std::string text = prose();
  const std::string coded = assets::compress(assets::Coding::gzip, text).value();
  const auto decoder = make_decoder("gzip");
  std::string plain;
  decoder->decode(bytes_of(std::string_view(coded).substr(0, coded.size() / 2)), plain);
  CHECK(plain.size() > text.size() / 3);
  CHECK(text.starts_with(plain));
}

TEST_CASE("damaged content is told as such") {
  for (const char* coding : {"gzip", "br", "zstd"}) {
    INFO(coding);
    const auto decoder = make_decoder(coding);
    std::string plain;
    CHECK(decoder->decode(bytes_of("\xff\xff this is no such thing"), plain) ==
          Decoder::Status::damaged);
  }
}

TEST_CASE("a bomb is stopped") {
  const std::string coded =
      assets::compress(assets::Coding::zstd, std::string(Decoder::longest + 1, '0')).value();
  const auto decoder = make_decoder("zstd");
  std::string plain;
  CHECK(decoder->decode(bytes_of(coded), plain) == Decoder::Status::too_long);
}

TEST_CASE("other codings, and more than one, are not known") {
  CHECK(make_decoder(""));
  CHECK(make_decoder(" GZIP "));
  CHECK_FALSE(make_decoder("compress"));
  CHECK_FALSE(make_decoder("gzip, br"));
}

}  // namespace lab
