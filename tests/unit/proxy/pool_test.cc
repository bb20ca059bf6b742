#include "proxy/pool.h"

#include <catch2/catch.hpp>
#include <map>

using namespace std::chrono_literals;
using proxy::Address;
using proxy::Pool;

namespace {

struct Three {
  net::Loop loop{net::Loop::Time::manual};
  std::vector<std::string> said;
  Pool pool{
      loop,
      {Address::parse("http://a:1"), Address::parse("http://b:1"), Address::parse("http://c:1")},
      {.complain = [this](const std::string& what) { said.push_back(what); }, .on_failure = {}}};
  Pool::Member& member(int number) { return *std::next(pool.members().begin(), number); }
  std::map<std::string, int> chosen(int times) {
    std::map<std::string, int> count;
    for (int i = 0; i < times; ++i) ++count[pool.choose({})->address.authority];
    return count;
  }
};

}  // namespace

TEST_CASE_METHOD(Three, "app servers are asked in turn") {
  CHECK(chosen(9) == std::map<std::string, int>{{"a:1", 3}, {"b:1", 3}, {"c:1", 3}});
}

TEST_CASE_METHOD(Three, "the least busy is asked first") {
  member(0).in_flight = 5;
  member(1).in_flight = 1;
  member(2).in_flight = 5;
  CHECK(chosen(6) == std::map<std::string, int>{{"b:1", 6}});
}

TEST_CASE_METHOD(Three, "one that cannot be reached rests, longer each time, and comes back") {
  pool.not_reached(member(1), "Connection refused");
  CHECK_FALSE(chosen(9).contains("b:1"));
  loop.advance(1s);
  CHECK(chosen(9).contains("b:1"));
  pool.not_reached(member(1), "Connection refused");
  loop.advance(1s);
  CHECK_FALSE(chosen(9).contains("b:1"));
  loop.advance(1s);
  CHECK(chosen(9).contains("b:1"));
  pool.reached(member(1));
  CHECK(said == std::vector<std::string>{"app server http://b:1 fails: Connection refused",
                                         "app server http://b:1 is back"});
}

TEST_CASE_METHOD(Three, "when all rest, the one that has rested longest is asked all the same") {
  pool.not_reached(member(2), "gone");
  loop.advance(100ms);
  pool.not_reached(member(0), "gone");
  pool.not_reached(member(1), "gone");
  CHECK(chosen(3) == std::map<std::string, int>{{"c:1", 3}});
}

TEST_CASE_METHOD(Three, "one that was tried is not asked again for the same request") {
  const std::vector<Pool::Member*> tried{&member(0), &member(2)};
  CHECK(pool.choose(tried)->address.authority == "b:1");
  const std::vector<Pool::Member*> all{&member(0), &member(1), &member(2)};
  CHECK(pool.choose(all) == nullptr);
}

TEST_CASE_METHOD(Three, "one that its health check finds unwell is left alone until it is well") {
  pool.checked_unwell(member(0), "/healthz is answered 500");
  pool.checked_unwell(member(0), "/healthz is answered 500");
  pool.reached(member(0));  // an answer to a request from before
  CHECK_FALSE(chosen(9).contains("a:1"));
  pool.checked_well(member(0));
  CHECK(chosen(9).contains("a:1"));
  CHECK(said.size() == 2);
  for (int i = 0; i < 3; ++i) pool.checked_unwell(member(i), "down");
  CHECK(pool.choose({}) == nullptr);
}
