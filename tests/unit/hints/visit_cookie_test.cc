#include "hints/visit_cookie.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "hints/golomb.h"

using namespace hints;

namespace {

Item asset(std::string target, std::string version = "\"1\"") {
  Item item;
  item.target = std::move(target);
  item.version = std::move(version);
  return item;
}

// What a client sends back.
http::Headers sent(const std::string& set_cookie) {
  return {{"cookie", "theme=dark; " + set_cookie.substr(0, set_cookie.find(';')) + "; x=1"}};
}

}  // namespace

TEST_CASE("a set of any size comes back as it was") {
  std::mt19937 random(7);
  for (std::size_t size = 0; size <= golomb_most; ++size) {
    std::set<std::uint16_t> all;
    while (all.size() < size) all.insert(static_cast<std::uint16_t>(random()));
    const std::vector<std::uint16_t> members(all.begin(), all.end());
    CHECK(golomb_decode(golomb_encode(members)) == members);
  }
  CHECK(golomb_decode(golomb_encode({0, 1, 0xffff})) == std::vector<std::uint16_t>{0, 1, 0xffff});
}

TEST_CASE("a hundred members take about 11 bits each") {
  std::mt19937 random(7);
  std::set<std::uint16_t> all;
  while (all.size() < 100) all.insert(static_cast<std::uint16_t>(random()));
  CHECK(golomb_encode({all.begin(), all.end()}).size() < 145);
}

TEST_CASE("what is no set is refused, and costs nothing") {
  CHECK_FALSE(golomb_decode(""));
  CHECK_FALSE(golomb_decode(std::string("\x05", 1)));
  CHECK_FALSE(golomb_decode(std::string(1, '\xff') + std::string(300, '\xff')));
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string noise(random() % 60, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    if (const auto members = golomb_decode(noise)) {
      CHECK(std::ranges::is_sorted(*members));
    }
  }
}

TEST_CASE("a client that has been pushed an asset says so on its next connection") {
  const net::Signer signer;
  VisitCookie first = VisitCookie::of({}, signer);
  CHECK_FALSE(first.contains(asset("/a.css")));
  CHECK(first.add(asset("/a.css")));
  CHECK_FALSE(first.add(asset("/a.css")));
  const std::string field = first.set_cookie(signer);
  CHECK(field.starts_with("__Host-herald-visit="));
  CHECK(field.find("; Secure") != std::string::npos);
  const VisitCookie next = VisitCookie::of(sent(field), signer);
  CHECK(next.contains(asset("/a.css")));
  CHECK_FALSE(next.contains(asset("/b.js")));
  CHECK_FALSE(next.contains(asset("/a.css", "\"2\"")));  // another build
}

TEST_CASE("a cookie that somebody made up, or changed, is no cookie") {
  const net::Signer signer;
  VisitCookie cookie;
  cookie.add(asset("/a.css"));
  std::string field = cookie.set_cookie(signer);
  CHECK_FALSE(VisitCookie::of(sent(field), net::Signer()).contains(asset("/a.css")));
  field[field.find('=') + 2] ^= 1;
  CHECK_FALSE(VisitCookie::of(sent(field), signer).contains(asset("/a.css")));
  for (const char* value : {"__Host-herald-visit=", "__Host-herald-visit=.", "__Host-herald-visit",
                            "__Host-herald-visit=!!.??", "x__Host-herald-visit=a.b"}) {
    CHECK_FALSE(VisitCookie::of({{"cookie", value}}, signer).contains(asset("/a.css")));
  }
}

TEST_CASE("a cookie stays small, whatever a client has seen") {
  const net::Signer signer;
  VisitCookie cookie;
  for (int i = 0; i < 5000; ++i) {
    cookie.add(asset("/" + std::to_string(i)));
    if (i % 50 == 0) CHECK(cookie.set_cookie(signer).size() < 600);
  }
  CHECK(cookie.contains(asset("/4999")));
}

TEST_CASE("a set of a hundred claims hardly what it does not hold") {
  VisitCookie cookie;
  for (int i = 0; i < 100; ++i) cookie.add(asset("/" + std::to_string(i)));
  int wrong = 0;
  for (int i = 1000; i < 11'000; ++i) wrong += cookie.contains(asset("/" + std::to_string(i)));
  CHECK(wrong < 40);  // one in 655
}
