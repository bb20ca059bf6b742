#include "static/encoding.h"

#include <catch2/catch.hpp>

namespace {

std::string accepted(std::initializer_list<http::Field> fields) {
  std::string names;
  for (const assets::Coding coding : assets::AcceptedCodings(http::Headers(fields))) {
    names += std::string(names.empty() ? "" : " ") + std::string(assets::name_of(coding));
  }
  return names;
}

std::string accepted(std::string_view value) { return accepted({{"accept-encoding", value}}); }

}  // namespace

TEST_CASE("without accept-encoding only identity is sent") {
  CHECK(accepted({{"accept", "*/*"}}) == "identity");
  CHECK(accepted("") == "identity");
}

TEST_CASE("at equal weight the server prefers br, zstd, gzip") {
  CHECK(accepted("gzip, deflate, br, zstd") == "br zstd gzip identity");
  CHECK(accepted("*") == "br zstd gzip identity");
  CHECK(accepted("GZIP") == "gzip identity");
  CHECK(accepted("x-gzip") == "gzip identity");
}

TEST_CASE("weights decide over the server's preference") {
  CHECK(accepted("br;q=0.5, gzip;q=0.9") == "gzip br identity");
  CHECK(accepted("br;q=0.5, identity;q=0.8, gzip;q=0.9") == "gzip identity br");
  CHECK(accepted("identity, gzip;q=0.5") == "identity gzip");
  CHECK(accepted("br; q=0.001 , gzip;Q=1.000") == "gzip br identity");
}

TEST_CASE("weight zero refuses") {
  CHECK(accepted("br;q=0, gzip") == "gzip identity");
  CHECK(accepted("gzip, identity;q=0") == "gzip");
  CHECK(accepted("gzip, *;q=0") == "gzip");
  CHECK(accepted("identity;q=0") == "");
  CHECK(accepted("*;q=0") == "");
  CHECK(accepted("*;q=0, identity;q=0.1") == "identity");
  CHECK(accepted("*, br;q=0") == "zstd gzip identity");
  CHECK(accepted("deflate, identity;q=0.0") == "");
}

TEST_CASE("malformed members are passed over") {
  CHECK(accepted("br;q=0, gzip;q=1.5, *;q=") == "identity");
  CHECK(accepted("br;q=0.1234, gzip;q=2, zstd;q=-1") == "identity");
  CHECK(accepted("br;level=5, gzip") == "gzip identity");
  CHECK(accepted(",,;;, gzip,") == "gzip identity");
  CHECK(accepted("brotli, gz, br2") == "identity");
}

TEST_CASE("codings may be spread over several fields, and be many") {
  CHECK(accepted({{"accept-encoding", "gzip"}, {"accept-encoding", "br"}}) == "br gzip identity");
  std::string many;
  for (int i = 0; i < 500; ++i) many += "c" + std::to_string(i) + ", ";
  CHECK(accepted(many + "gzip") == "gzip identity");
}

TEST_CASE("a coding that does not make the text smaller is not made") {
  for (const assets::Coding coding : assets::compressing_codings) {
    CHECK_FALSE(assets::compress(coding, "x"));
    CHECK_FALSE(assets::compress(coding, ""));
    const auto packed = assets::compress(coding, std::string(10000, 'x'));
    REQUIRE(packed);
    CHECK(packed->size() < 200);
  }
}
