#include <catch2/catch.hpp>

#include "server/net/error.h"
#include "sse/redis_address.h"
#include "sse/redis_entry.h"
#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

namespace {

std::string complaint(const std::string& url) {
  try {
    RedisAddress::parse(url);
  } catch (const net::Error& error) {
    return error.what();
  }
  return "none";
}

RedisReply text(std::string value) {
  return {.kind = RedisReply::Kind::text, .text = std::move(value), .items = {}};
}
RedisReply list(std::vector<RedisReply> items) {
  return {.kind = RedisReply::Kind::list, .text = {}, .items = std::move(items)};
}

// As Redis would give back what was written.
RedisReply entry(std::uint64_t seq, const std::vector<std::string>& fields) {
  std::vector<RedisReply> words{text("e"), text("epoch1")};
  for (const std::string& field : fields) words.push_back(text(field));
  return list({text(std::to_string(seq) + "-0"), list(std::move(words))});
}

}  // namespace

TEST_CASE("an address names hosts, who we are there and the database") {
  const RedisAddress plain = RedisAddress::parse("redis://cache.test");
  REQUIRE(plain.places.size() == 1);
  CHECK(plain.places[0].print() == "cache.test:6379");
  CHECK(plain.database == 0);
  const RedisAddress full =
      RedisAddress::parse("redis://me:p%40ss:word@10.0.0.1:7000,[::1]:7001/3");
  REQUIRE(full.places.size() == 2);
  CHECK(full.places[0].print() == "10.0.0.1:7000");
  CHECK(full.places[1].print() == "[::1]:7001");
  CHECK(full.places[1].host == "::1");
  CHECK(full.user == "me");
  CHECK(full.password == "p@ss:word");
  CHECK(full.database == 3);
  const RedisAddress socket = RedisAddress::parse("unix://:secret@/run/redis.sock?db=2");
  CHECK(socket.places[0].path == "/run/redis.sock");
  CHECK(socket.user.empty());
  CHECK(socket.password == "secret");
  CHECK(socket.database == 2);
}

TEST_CASE("an address that is none is refused without showing the password") {
  for (const char* url :
       {"http://a", "redis://", "redis://a:0", "redis://a:x", "redis://a/b", "redis://secret@a",
        "redis://:secret%@a", "unix://", "unix://a", "unix:///a?x=1", "redis://:secret@a,,b"}) {
    const std::string sentence = complaint(url);
    CHECK(sentence.starts_with("the store's address "));
    CHECK(sentence.find("secret") == std::string::npos);
  }
}

TEST_CASE("an event comes back from an entry as it was published") {
  Draft full = draft("a\nb", "t", "tick");
  full.form = Form::json;
  full.publisher_id = "mine";
  full.alternates = {"u", "v"};
  full.is_private = true;
  full.retry = 1500ms;
  const auto read = read_entry(entry(7, fields_of(full, 1'700'000'000'123, "stamp")), "epoch2");
  REQUIRE(read);
  CHECK(read->epoch == "epoch1");
  CHECK(read->stamp == "stamp");
  const Event before("epoch2", 7, full, Event::Time{std::chrono::milliseconds(1'700'000'000'123)});
  CHECK(read->event->block() == before.block());
  CHECK(read->event->topic() == "t");
  CHECK(read->event->form() == Form::json);
  CHECK(read->event->publisher_id() == "mine");
  CHECK(read->event->alternates().size() == 2);
  CHECK(read->event->is_private());
  CHECK(read->event->retry() == 1500ms);
  CHECK(read->event->time() == before.time());
}

TEST_CASE("an entry that is not one of ours is passed over") {
  CHECK_FALSE(read_entry(text("x"), ""));
  CHECK_FALSE(read_entry(list({text("0-0"), list({})}), ""));
  CHECK_FALSE(read_entry(list({text("5-0"), list({text("a"), text("b")})}), ""));
  CHECK_FALSE(read_entry(entry(5, {"t", "line\nbreak", "d", "x"}), ""));
}
