#include "compare/data_meter.h"

#include <catch2/catch.hpp>
#include <string>

namespace lab {
namespace {

std::string frame(char type, char stream, std::size_t size) {
  std::string bytes;
  for (const int shift : {16, 8, 0}) bytes += static_cast<char>(size >> shift);
  bytes += type;
  bytes += std::string("\0\0\0\0", 4) + stream;
  return bytes + std::string(size, 'x');
}

}  // namespace

TEST_CASE("content is counted for each stream, whatever pieces the frames come in") {
  const std::string wire = frame(4, 0, 12) + frame(1, 1, 300) + frame(0, 1, 70'000) +
                           frame(0, 2, 5) + frame(0, 1, 0) + frame(3, 2, 4) + frame(0, 2, 6) +
                           frame(0, 1, 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{8}, std::size_t{1369}, wire.size()}) {
    INFO("in pieces of " << piece);
    DataMeter meter;
    for (std::size_t at = 0; at < wire.size(); at += piece) {
      meter.read(std::as_bytes(std::span(std::string_view(wire).substr(at, piece))));
    }
    CHECK(meter.content_of(1) == 70'001);
    CHECK(meter.content_of(2) == 11);
    CHECK(meter.content_of(3) == 0);
  }
}

}  // namespace lab
