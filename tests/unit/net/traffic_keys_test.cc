#include "server/net/traffic_keys.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "tests/unit/net/hex.h"

using net::ContentType;
using testing::from_hex;
using testing::to_hex;

namespace {

net::TrafficSecret secret_of(std::string_view digits) {
  const std::vector<std::byte> bytes = from_hex(digits);
  net::TrafficSecret secret;
  secret.size = bytes.size();
  std::ranges::transform(bytes, secret.bytes.begin(),
                         [](std::byte byte) { return std::to_integer<unsigned char>(byte); });
  return secret;
}

net::TrafficSecret any_secret(std::size_t size) {
  net::TrafficSecret secret;
  secret.size = size;
  std::iota(secret.bytes.begin(), secret.bytes.begin() + static_cast<std::ptrdiff_t>(size), 1);
  return secret;
}

std::vector<std::byte> copy(std::span<const std::byte> bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

// RFC 8448 section 3, the client's side.
TEST_CASE("records are sealed and opened as in the trace of RFC 8448") {
  const net::TrafficSecret secret =
      secret_of("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
  const std::string first =
      "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a2044"
      "1e2b"
      "62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4";
  const std::string second = "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3";
  std::vector<std::byte> content(50);
  std::ranges::generate(content, [n = 0]() mutable { return static_cast<std::byte>(n++); });
  const std::vector<std::byte> close_notify = from_hex("0100");
  const net::CipherSuite& suite = *net::find_cipher_suite(0x1301);

  net::SendBuffer out;
  net::TrafficKeys sealing(suite, secret);
  sealing.seal(ContentType::application_data, content, out);
  CHECK(to_hex(out.bytes()) == first);
  out.clear();
  sealing.seal(ContentType::alert, close_notify, out);
  CHECK(to_hex(out.bytes()) == second);

  net::TrafficKeys opening(suite, secret);
  std::vector<std::byte> record = from_hex(first);
  const auto data = opening.open(record);
  REQUIRE(data);
  CHECK(data->type == ContentType::application_data);
  CHECK(std::ranges::equal(data->content, content));
  record = from_hex(second);
  const auto alert = opening.open(record);
  REQUIRE(alert);
  CHECK(alert->type == ContentType::alert);
  CHECK(std::ranges::equal(alert->content, close_notify));
}

TEST_CASE("each suite of TLS 1.3 opens what it has sealed, generation after generation") {
  const auto [number, hash] = GENERATE(table<std::uint16_t, std::size_t>(
      {{std::uint16_t{0x1301}, 32}, {std::uint16_t{0x1302}, 48}, {std::uint16_t{0x1303}, 32}}));
  const net::CipherSuite& suite = *net::find_cipher_suite(number);
  net::TrafficKeys sealing(suite, any_secret(hash), 7);
  net::TrafficKeys opening(suite, any_secret(hash), 7);
  const std::vector<std::byte> content(net::max_content, std::byte{'x'});
  for (int generation = 0; generation < 3; ++generation) {
    for (int count = 0; count < 300; ++count) {  // beyond what one byte can number
      net::SendBuffer out;
      sealing.seal(ContentType::application_data, content, out);
      std::vector<std::byte> record = copy(out.bytes());
      REQUIRE(net::record_size(record) == record.size());
      const auto opened = opening.open(record);
      REQUIRE(opened);
      REQUIRE(std::ranges::equal(opened->content, content));
    }
    sealing.update();
    opening.update();
    CHECK(sealing.records() == 0);
  }
}

TEST_CASE("a record is opened only as it was sealed: each of its bytes counts, and its place") {
  const net::CipherSuite& suite = *net::find_cipher_suite(0x1301);
  net::SendBuffer out;
  net::TrafficKeys sealing(suite, any_secret(32));
  sealing.seal(ContentType::application_data, from_hex("68656c6c6f"), out);
  for (std::size_t at = 0; at < out.size(); ++at) {
    std::vector<std::byte> record = copy(out.bytes());
    record[at] ^= std::byte{1};
    net::TrafficKeys opening(suite, any_secret(32));
    CHECK_FALSE(opening.open(record));
  }
  for (std::size_t size = net::record_header; size < out.size(); ++size) {
    std::vector<std::byte> record = copy(out.bytes().first(size));
    net::TrafficKeys opening(suite, any_secret(32));
    CHECK_FALSE(opening.open(record));
  }
  net::TrafficKeys later(suite, any_secret(32), 1);
  std::vector<std::byte> record = copy(out.bytes());
  CHECK_FALSE(later.open(record));
}

TEST_CASE("suites that are none of TLS 1.3's are not known") {
  CHECK(net::find_cipher_suite(0x1304) == nullptr);
  CHECK(net::find_cipher_suite(0xc02b) == nullptr);
}
