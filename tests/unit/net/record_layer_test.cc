#include "server/net/record_layer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tests/unit/net/hex.h"

using net::Alert;
using net::ContentType;
using net::TrafficKeys;
using Status = net::Socket::Status;
using testing::from_hex;

namespace {

net::TrafficSecret secret_of(unsigned char first) {
  net::TrafficSecret secret;
  secret.size = 32;
  secret.bytes[0] = first;
  return secret;
}
TrafficKeys client_keys() { return {*net::find_cipher_suite(0x1301), secret_of(1)}; }
TrafficKeys server_keys() { return {*net::find_cipher_suite(0x1301), secret_of(2)}; }

// A client that can say whatever it likes, and the record layer that must bear it.
struct Pair {
  explicit Pair(std::uint64_t per_key = net::RecordLayer::records_per_key)
      : server(client_keys(), server_keys(), {.per_key = per_key}) {}

  Pair& say(ContentType type, std::string_view hex) {
    writing.seal(type, from_hex(hex), said);
    return *this;
  }
  Pair& say(std::string_view hex) { return say(ContentType::application_data, hex); }
  // The same with zeros behind the type (RFC 8446 section 5.4): they are sealed as content whose
  // own type is one of them.
  Pair& pad(std::string_view hex, ContentType type, std::size_t zeros) {
    std::vector<std::byte> inner = from_hex(hex);
    inner.push_back(static_cast<std::byte>(type));
    inner.resize(inner.size() + zeros - 1);
    writing.seal(static_cast<ContentType>(0), inner, said);
    return *this;
  }

  // All that was said arrives.
  Status arrive() {
    std::vector<std::byte> bytes(said.bytes().begin(), said.bytes().end());
    said.clear();
    std::span<std::byte> arrived = bytes;
    const Status status = server.read(
        arrived, [&](auto content) { heard += testing::to_hex(content) + ' '; }, sent);
    left = arrived.size();
    return status;
  }

  // What the server has sent, a word each: content and alerts in hex, "update" for KeyUpdate.
  std::string answers() {
    std::string words;
    std::vector<std::byte> bytes(sent.bytes().begin(), sent.bytes().end());
    sent.clear();
    for (std::span<std::byte> rest = bytes; !rest.empty();) {
      const std::span record = rest.first(net::record_size(rest));
      rest = rest.subspan(record.size());
      const auto opened = reading.open(record);
      if (!opened) return words + "unreadable";
      if (opened->type == ContentType::handshake) {
        words += opened->content.size() == 5 ? "update " : "strange ";
        reading.update();
      } else {
        words += (opened->type == ContentType::alert ? "alert:" : "") +
                 testing::to_hex(opened->content) + ' ';
      }
    }
    return words;
  }

  TrafficKeys writing = client_keys();
  TrafficKeys reading = server_keys();
  net::RecordLayer server;
  net::SendBuffer said, sent;
  std::string heard;
  std::size_t left = 0;
};

constexpr const char* update_requested = "1800000101";
constexpr const char* update_not_requested = "1800000100";

}  // namespace

TEST_CASE("content comes through however its records are cut, padded or not") {
  Pair pair;
  pair.say("6869").pad("796f75", ContentType::application_data, 100).say("21");
  const std::vector<std::byte> all(pair.said.bytes().begin(), pair.said.bytes().end());
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    Pair fresh;
    std::vector<std::byte> bytes = all;
    std::span<std::byte> first = std::span(bytes).first(cut);
    const auto hear = [&](auto content) { fresh.heard += testing::to_hex(content) + ' '; };
    REQUIRE(fresh.server.read(first, hear, fresh.sent) == Status::open);
    std::span<std::byte> rest = std::span(bytes).subspan(cut - first.size());
    REQUIRE(fresh.server.read(rest, hear, fresh.sent) == Status::open);
    CHECK(rest.empty());
    CHECK(fresh.heard == "6869 796f75 21 ");
  }
}

TEST_CASE("what is written is one record each") {
  Pair pair;
  pair.server.write(from_hex("6869"), pair.sent);
  pair.server.write(from_hex("21"), pair.sent);
  pair.server.close(pair.sent);
  CHECK(pair.answers() == "6869 21 alert:0100 ");
}

TEST_CASE("content goes into as many records as the client has asked for") {
  net::RecordLayer server(client_keys(), server_keys(), {.content = 2});
  net::SendBuffer sent;
  server.write(from_hex("0102030405"), sent);
  Pair pair;
  pair.sent = std::move(sent);
  CHECK(pair.answers() == "0102 0304 05 ");
}

TEST_CASE("a client's KeyUpdate changes the keys of what follows, and ours if it asks for that") {
  Pair pair;
  pair.say("01").say(ContentType::handshake, update_not_requested);
  pair.writing.update();
  pair.say("02");
  CHECK(pair.arrive() == Status::open);
  CHECK(pair.heard == "01 02 ");
  pair.server.write(from_hex("aa"), pair.sent);
  CHECK(pair.answers() == "aa ");

  pair.say(ContentType::handshake, update_requested);
  pair.writing.update();
  pair.say(ContentType::handshake, update_requested);
  pair.writing.update();
  pair.say("03");
  CHECK(pair.arrive() == Status::open);
  CHECK(pair.heard == "01 02 03 ");
  pair.server.write(from_hex("bb"), pair.sent);
  pair.server.write(from_hex("cc"), pair.sent);
  CHECK(pair.answers() == "update bb cc ");
}

TEST_CASE("a KeyUpdate may come in pieces, with nothing between them") {
  Pair pair;
  pair.say(ContentType::handshake, "180000").say(ContentType::handshake, "0100");
  pair.writing.update();
  pair.say("01");
  CHECK(pair.arrive() == Status::open);
  CHECK(pair.heard == "01 ");

  pair.say(ContentType::handshake, "180000").say("02");
  CHECK(pair.arrive() == Status::failed);
  CHECK(pair.answers() == "alert:020a ");
}

TEST_CASE("keys are replaced before they have protected too many records") {
  Pair pair(3);
  for (int count = 0; count < 7; ++count) pair.server.write(from_hex("aa"), pair.sent);
  CHECK(pair.answers() == "aa aa aa update aa aa aa update aa ");
}

TEST_CASE("close_notify closes in order, another alert is an error with its name") {
  Pair pair;
  pair.say("01").say(ContentType::alert, "0100").say("02");
  CHECK(pair.arrive() == Status::closed);
  CHECK(pair.heard == "01 ");

  Pair angry;
  angry.say(ContentType::alert, "0214");
  CHECK(angry.arrive() == Status::failed);
  CHECK(std::string(angry.server.error()) == "bad record mac");
  CHECK(angry.answers().empty());

  Pair leaving;
  leaving.say(ContentType::alert, "015a").say(ContentType::alert, "0100");
  CHECK(leaving.arrive() == Status::closed);
}

TEST_CASE("what has no place after the handshake is answered by the alert of RFC 8446") {
  struct Wrong {
    const char* what;
    std::function<void(Pair&)> say;
    const char* alert;
  };
  const std::string zeros(2 * (net::max_content - 1), '0');
  const auto raw = [](const std::string& hex) {
    return [hex](Pair& pair) { pair.said.append(from_hex(hex)); };
  };
  const auto sealed = [](ContentType type, std::string hex) {
    return [=](Pair& pair) { pair.say(type, hex); };
  };
  const Wrong wrong = GENERATE_COPY(values<Wrong>({
      {"plain ChangeCipherSpec", raw("140303000101"), "alert:020a "},
      {"plain alert", raw("15030300020100"), "alert:020a "},
      {"plain handshake", raw("160303000101"), "alert:020a "},
      {"longer than a record may be", raw("1703034101"), "alert:0216 "},
      {"too short to be sealed", raw("1703030010" + std::string(32, '0')), "alert:0214 "},
      {"garbage", raw("1703030011" + std::string(34, '0')), "alert:0214 "},
      {"sealed ChangeCipherSpec", sealed(ContentType::change_cipher_spec, "01"), "alert:020a "},
      {"unknown type", sealed(static_cast<ContentType>(99), "01"), "alert:020a "},
      {"nothing but padding", sealed(static_cast<ContentType>(0), zeros), "alert:020a "},
      {"alert of one byte", sealed(ContentType::alert, "01"), "alert:0232 "},
      {"two alerts at once", sealed(ContentType::alert, "01000100"), "alert:0232 "},
      {"empty alert", sealed(ContentType::alert, ""), "alert:0232 "},
      {"empty handshake", sealed(ContentType::handshake, ""), "alert:020a "},
      {"ClientHello", sealed(ContentType::handshake, "01000000"), "alert:020a "},
      {"session ticket", sealed(ContentType::handshake, "04"), "alert:020a "},
      {"KeyUpdate with something behind it", sealed(ContentType::handshake, "180000010018"),
       "alert:020a "},
      {"KeyUpdate of two bytes", sealed(ContentType::handshake, "1800000200"), "alert:0232 "},
      {"KeyUpdate that asks for the unknown", sealed(ContentType::handshake, "1800000102"),
       "alert:022f "},
  }));
  INFO(wrong.what);
  Pair pair;
  wrong.say(pair);
  CHECK(pair.arrive() == Status::failed);
  CHECK(pair.answers() == wrong.alert);
  CHECK(std::string(pair.server.error()).size() > 0);
  CHECK(pair.heard.empty());
}

TEST_CASE("content longer than a record's is refused though its record is not too long") {
  Pair pair;
  pair.pad(std::string(2 * (net::max_content + 1), '7'), ContentType::application_data, 1);
  CHECK(pair.arrive() == Status::failed);
  CHECK(pair.answers() == "alert:0216 ");
}

TEST_CASE("records without content, and new keys again and again, are borne for so long") {
  Pair patient;
  for (int round = 0; round < 100; ++round) {
    for (int count = 0; count < 16; ++count) patient.say("");
    for (int count = 0; count < 16; ++count) patient.say("01");
  }
  CHECK(patient.arrive() == Status::open);

  Pair empty;
  for (int count = 0; count < 40; ++count) empty.say("");
  CHECK(empty.arrive() == Status::failed);
  CHECK(empty.answers() == "alert:020a ");

  Pair restless;
  for (int count = 0; count < 10; ++count) {
    restless.say(ContentType::handshake, update_requested).say("01");
    restless.writing.update();
  }
  CHECK(restless.arrive() == Status::failed);
}
