#include <catch2/catch.hpp>

#include "tests/unit/sse/world.h"

using namespace sse;
using namespace sse::testing;

namespace {

Draft keyed(std::string text, std::string key) {
  Draft made = draft(std::move(text));
  made.key = std::move(key);
  return made;
}

// The seqs of the ids given, or the sentence of a refusal.
std::string publish(World& world, std::vector<Draft> drafts) {
  std::string said;
  world.sequencer.publish(std::move(drafts), world.loop(), [&said](const Published& published) {
    if (const auto* refused = std::get_if<Refused>(&published)) said = refused->sentence;
    if (const auto* ids = std::get_if<EventIds>(&published)) {
      for (const EventId& id : *ids) said += std::to_string(id.seq) + " ";
    }
  });
  world.loop().settle();
  return said;
}

}  // namespace

TEST_CASE("a batch gets ids that follow each other, and readers get it in its order") {
  World world;
  FakeExchange stream = world.worker().events("/events");
  stream.read();
  CHECK(publish(world, {draft("a"), draft("b"), draft("c")}) == "1 2 3 ");
  CHECK(stream.read() ==
        "id: epoch1-1\ndata: a\n\nid: epoch1-2\ndata: b\n\nid: epoch1-3\ndata: c\n\n");
}

TEST_CASE("one bad draft refuses the whole batch") {
  World world;
  CHECK(publish(world, {draft("a"), draft("b", ""), draft("c")}) == "A topic needs a name.");
  CHECK(world.sequencer.newest() == 0);
}

TEST_CASE("a draft whose key is known gets the id it got then, and reaches nobody again") {
  World world;
  FakeExchange stream = world.worker().events("/events");
  stream.read();
  CHECK(publish(world, {keyed("a", "k1")}) == "1 ");
  CHECK(publish(world, {keyed("a", "k1"), keyed("b", "k2"), keyed("b", "k2")}) == "1 2 2 ");
  CHECK(stream.read() == "id: epoch1-1\ndata: a\n\nid: epoch1-2\ndata: b\n\n");
}

TEST_CASE("keys are forgotten by age and number, the oldest first") {
  RecentKeys keys({.keys = 2, .age = 10s});
  const net::Clock::time_point start{};
  keys.add("a", 1, start);
  keys.add("b", 2, start + 1s);
  CHECK(keys.find("a", start + 1s) == 1);
  keys.add("c", 3, start + 2s);
  CHECK(keys.find("a", start + 2s) == 0);
  CHECK(keys.find("b", start + 10s) == 2);
  CHECK(keys.find("b", start + 11s) == 0);
  CHECK(keys.find("c", start + 11s) == 3);
}
