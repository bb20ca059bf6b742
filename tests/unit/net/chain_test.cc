#include "server/net/chain.h"

#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

using net::Chain;
using net::Link;

namespace {

struct Member : Link {
  char name = ' ';
};

// Takes all out, in order.
std::string emptied(Chain<Member>& chain) {
  std::string names;
  while (!chain.empty()) {
    names += chain.front().name;
    chain.front().unlink();
  }
  return names;
}

struct Five {
  Five() {
    for (std::size_t i = 0; i < members.size(); ++i) {
      members[i].name = static_cast<char>('a' + i);
      chain.push_back(members[i]);
    }
  }
  Chain<Member> chain;
  std::array<Member, 5> members;
};

}  // namespace

TEST_CASE("a chain keeps the order in which its members joined, whoever leaves") {
  Five five;
  CHECK(&five.chain.front() == &five.members[0]);
  five.members[0].unlink();
  five.members[2].unlink();
  five.members[2].unlink();
  five.members[4].unlink();
  CHECK(!five.members[2].linked());
  five.chain.push_back(five.members[2]);
  CHECK(emptied(five.chain) == "bdc");
  CHECK(five.chain.empty());
}

TEST_CASE("a member leaves when it goes, and is left unlinked when its chain does") {
  Five five;
  std::optional<Member> guest(std::in_place);
  guest->name = 'x';
  five.chain.push_back(*guest);
  five.chain.push_back(*std::make_unique<Member>());
  guest.reset();
  CHECK(emptied(five.chain) == "abcde");
  {
    Chain<Member> short_lived;
    short_lived.push_back(five.members[0]);
  }
  CHECK(!five.members[0].linked());
}

TEST_CASE("all of one chain join another behind those who are there") {
  Five first;
  Five second;
  first.chain.take(second.chain);
  CHECK(second.chain.empty());
  CHECK(emptied(first.chain) == "abcdeabcde");
  first.chain.take(second.chain);
  CHECK(first.chain.empty());
  second.chain.push_back(second.members[3]);
  first.chain.take(second.chain);
  CHECK(emptied(first.chain) == "d");
}
