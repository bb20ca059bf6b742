#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "server/h2/hpack_decoder.h"
#include "server/h2/hpack_encoder.h"
#include "server/h2/huffman.h"

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string bytes(std::string_view hex) {
  std::string text;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    text += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return text;
}

std::span<const std::uint8_t> span_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class Collecting final : public h2::FieldSink {
 public:
  void field(std::string_view name, std::string_view value) override {
    fields.emplace_back(name, value);
  }
  Fields fields;
};

struct Decoded {
  bool fine;
  Fields fields;
};

Decoded decode(h2::HpackDecoder& decoder, std::string_view block) {
  Collecting sink;
  const bool fine = decoder.decode(span_of(block), sink);
  return {fine, sink.fields};
}

std::string encode(h2::HpackEncoder& encoder, const Fields& fields) {
  h2::ByteQueue block;
  encoder.begin(block);
  for (const auto& [name, value] : fields) encoder.add(name, value, block);
  const auto got = block.bytes();
  return {reinterpret_cast<const char*>(got.data()), got.size()};
}

std::string huffman(std::string_view text) {
  std::string coded(h2::huffman::encoded_size(text), '\0');
  CHECK(h2::huffman::encode(text, coded.data()) == coded.data() + coded.size());
  return coded;
}

}  // namespace

TEST_CASE("Huffman codes are those of RFC 7541") {
  CHECK(huffman("www.example.com") == bytes("f1e3c2e5f23a6ba0ab90f4ff"));
  CHECK(huffman("no-cache") == bytes("a8eb10649cbf"));
  CHECK(huffman("Mon, 21 Oct 2013 20:13:21 GMT") ==
        bytes("d07abe941054d444a8200595040b8166e082a62d1bff"));
  CHECK(huffman("").empty());
}

TEST_CASE("what is Huffman-coded comes back, every byte of it") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const std::string text = all.substr(all.size() - size);
    std::string back = "before:";
    REQUIRE(h2::huffman::decode(span_of(huffman(text)), back));
    REQUIRE(back == "before:" + text);
  }
}

TEST_CASE("Huffman padding that is too long or not of ones is refused, and so is EOS") {
  std::string back;
  CHECK(h2::huffman::decode(span_of(bytes("1f")), back));              // 'a' and three ones
  CHECK_FALSE(h2::huffman::decode(span_of(bytes("18")), back));        // ...zeroes
  CHECK_FALSE(h2::huffman::decode(span_of(bytes("1fff")), back));      // eleven ones
  CHECK_FALSE(h2::huffman::decode(span_of(bytes("ff")), back));        // eight ones
  CHECK_FALSE(h2::huffman::decode(span_of(bytes("ffffffff")), back));  // EOS
}

TEST_CASE("the requests of RFC 7541, appendix C.3 and C.4, are decoded one after the other") {
  const Fields first = {
      {":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "www.example.com"}};
  Fields second = first;
  second.emplace_back("cache-control", "no-cache");
  const Fields third = {{":method", "GET"},
                        {":scheme", "https"},
                        {":path", "/index.html"},
                        {":authority", "www.example.com"},
                        {"custom-key", "custom-value"}};
  h2::HpackDecoder plain;
  CHECK(decode(plain, bytes("828684410f7777772e6578616d706c652e636f6d")).fields == first);
  CHECK(decode(plain, bytes("828684be58086e6f2d6361636865")).fields == second);
  CHECK(decode(plain, bytes("828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565")).fields ==
        third);
  h2::HpackDecoder coded;
  CHECK(decode(coded, bytes("828684418cf1e3c2e5f23a6ba0ab90f4ff")).fields == first);
  CHECK(decode(coded, bytes("828684be5886a8eb10649cbf")).fields == second);
  CHECK(decode(coded, bytes("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf")).fields == third);
}

TEST_CASE("a table that is made smaller forgets its oldest entries, and empties at nothing") {
  h2::HpackDecoder decoder;
  REQUIRE(decode(decoder, bytes("400161017840016201794001630178")).fine);  // a: x, b: y, c: x
  CHECK(decode(decoder, bytes("be")).fields == Fields{{"c", "x"}});
  CHECK(decode(decoder, bytes("c0")).fields == Fields{{"a", "x"}});
  REQUIRE(decode(decoder, bytes("3f25")).fine);  // 68 bytes: two entries of 34
  CHECK(decode(decoder, bytes("bf")).fields == Fields{{"b", "y"}});
  CHECK_FALSE(decode(decoder, bytes("c0")).fine);
  h2::HpackDecoder emptied;
  REQUIRE(decode(emptied, bytes("4001610178")).fine);
  REQUIRE(decode(emptied, bytes("203fe11f")).fine);  // nothing, then 4096 again
  CHECK_FALSE(decode(emptied, bytes("be")).fine);
}

TEST_CASE("a block that is no HPACK is refused") {
  for (const char* block : {
           "80",              // index 0
           "be",              // beyond both tables
           "ff808080808000",  // an integer of more octets than 32 bits take
           "ffffffffff10",    // one that does not fit into 32 bits
           "ff80ffffff0f",    // one that does, and is the index of nothing
           "40",              // nothing behind
           "4003616263",      // no value
           "40036162",        // a string that is cut off
           "400161ffff",      // a length that is cut off
           "7f",              // the index of a name cut off
           "8220",            // a size update behind a field
           "3fe21f",          // a table larger than it may be
       }) {
    h2::HpackDecoder decoder;
    CHECK_FALSE(decode(decoder, bytes(block)).fine);
  }
}

TEST_CASE("an integer may have more octets than it needs") {
  h2::HpackDecoder decoder;
  CHECK(decode(decoder, bytes("3f8080808000")).fine);  // a table of 31 octets
  CHECK(decode(decoder, bytes("3fe19f808000")).fine);  // of 4096
}

TEST_CASE("a name that is taken from an entry which the new one drives out survives it") {
  h2::HpackDecoder decoder;
  const std::string long_value(4096 - 32 - 4, 'v');
  std::string block = bytes("4004") + "name" + bytes("7fdd1e") + long_value;  // fills the table
  REQUIRE(decode(decoder, block).fine);
  const std::string other(4096 - 32 - 4, 'w');
  block = bytes("7e") + bytes("7fdd1e") + other;  // literal with the name of entry 62
  CHECK(decode(decoder, block).fields == Fields{{"name", other}});
  CHECK(decode(decoder, bytes("be")).fields == Fields{{"name", other}});
}

TEST_CASE("what is encoded comes back, and costs a byte for each field the second time") {
  const Fields fields = {{":status", "200"},
                         {"content-type", "text/html; charset=utf-8"},
                         {"cache-control", "public, max-age=60"},
                         {"x-content-type-options", "nosniff"},
                         {"date", "Wed, 25 Nov 2026 22:43:59 GMT"}};
  h2::HpackEncoder encoder;
  h2::HpackDecoder decoder;
  const std::string first = encode(encoder, fields);
  CHECK(decode(decoder, first).fields == fields);
  const std::string second = encode(encoder, fields);
  CHECK(second.size() == fields.size());
  CHECK(decode(decoder, second).fields == fields);
}

TEST_CASE("fields of one answer alone, and secrets, take no room in the table") {
  h2::HpackEncoder encoder;
  const Fields fields = {{"etag", "\"abc\""}, {"content-length", "123"}, {"set-cookie", "a=b"}};
  const std::string first = encode(encoder, fields);
  CHECK(encode(encoder, fields) == first);
  h2::HpackDecoder decoder;
  CHECK(decode(decoder, first).fields == fields);
  CHECK_FALSE(decode(decoder, bytes("be")).fine);                       // nothing was added
  CHECK((encode(encoder, {{"set-cookie", "a=b"}})[0] & 0xf0) == 0x10);  // never indexed
}

TEST_CASE("encoder and decoder agree however many entries come and go") {
  h2::HpackEncoder encoder;
  h2::HpackDecoder decoder;
  for (int round = 0; round < 2000; ++round) {
    Fields fields = {{":status", round % 7 == 0 ? "404" : "200"}};
    for (int i = 0; i < 5; ++i) {
      const int n = (round * 7 + i * 13) % 97;
      fields.emplace_back("x-name-" + std::to_string(n % 11),
                          std::string(n, 'v') + std::to_string(n));
    }
    REQUIRE(decode(decoder, encode(encoder, fields)).fields == fields);
  }
}

TEST_CASE("the encoder keeps to the table that the peer allows, and tells of every change") {
  h2::HpackEncoder encoder;
  h2::HpackDecoder decoder;
  const Fields fields = {{"x-one", "1"}, {"x-two", "2"}};
  REQUIRE(decode(decoder, encode(encoder, fields)).fields == fields);
  encoder.limit(0);
  encoder.limit(50);
  const std::string block = encode(encoder, fields);
  CHECK(block.substr(0, 3) == bytes("203f13"));  // 0, then 50
  CHECK(decode(decoder, block).fields == fields);
  CHECK(decode(decoder, encode(encoder, fields)).fields == fields);
  encoder.limit(1'000'000);  // not more than the default is used
  CHECK(decode(decoder, encode(encoder, fields)).fields == fields);
}

TEST_CASE("a value that would take most of the table is not kept") {
  h2::HpackEncoder encoder;
  h2::HpackDecoder decoder;
  const Fields fields = {{"x-large", std::string(5000, 'x')}, {"x-small", "1"}};
  REQUIRE(decode(decoder, encode(encoder, fields)).fields == fields);
  CHECK(decode(decoder, bytes("be")).fields == Fields{{"x-small", "1"}});
}
