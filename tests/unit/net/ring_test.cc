#include "server/net/ring.h"

#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

using net::Ring;

namespace {

struct Member : Ring::Link {
  char name = ' ';
};

// Takes all out, in order.
std::string emptied(Ring& ring) {
  std::string names;
  while (Ring::Link* first = ring.front()) {
    first->leave();
    names += static_cast<Member*>(first)->name;
  }
  return names;
}

struct Five {
  Five() {
    for (std::size_t i = 0; i < members.size(); ++i) {
      members[i].name = static_cast<char>('a' + i);
      ring.add(members[i]);
    }
  }
  Ring ring;
  std::array<Member, 5> members;
};

}  // namespace

TEST_CASE("a ring keeps the order in which its members joined, whoever leaves") {
  Five five;
  CHECK(five.ring.front() == &five.members[0]);
  five.members[0].leave();
  five.members[2].leave();
  five.members[2].leave();
  five.members[4].leave();
  CHECK(!five.members[2].joined());
  five.ring.add(five.members[2]);
  CHECK(emptied(five.ring) == "bdc");
  CHECK(five.ring.empty());
  CHECK(!five.ring.front());
}

TEST_CASE("a member leaves when it goes") {
  Five five;
  std::optional<Member> guest(std::in_place);
  guest->name = 'x';
  five.ring.add(*guest);
  five.ring.add(*std::make_unique<Member>());
  guest.reset();
  CHECK(emptied(five.ring) == "abcde");
}

TEST_CASE("all of one ring join another behind those who are there") {
  Five first;
  Five second;
  first.ring.add_all(second.ring);
  CHECK(second.ring.empty());
  CHECK(emptied(first.ring) == "abcdeabcde");
  first.ring.add_all(second.ring);
  CHECK(first.ring.empty());
  second.ring.add(second.members[3]);
  first.ring.add_all(second.ring);
  CHECK(emptied(first.ring) == "d");
}
