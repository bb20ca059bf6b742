#include "server/net/reserve.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

using net::Reserve;

namespace {

// All that there is of one size, for whoever is not in a hurry.
std::vector<void*> all_of(Reserve& reserve, std::size_t size) {
  std::vector<void*> blocks;
  while (void* block = reserve.take(size)) blocks.push_back(block);
  return blocks;
}

}  // namespace

TEST_CASE("what is lent is aligned, whole, apart from all else, and knows where it is from") {
  const auto reserve = std::make_unique<Reserve>();
  std::vector<unsigned char*> blocks;
  for (int i = 0; i < 50; ++i) {
    const std::size_t size = i % 2 == 0 ? 500 : 3;
    blocks.push_back(static_cast<unsigned char*>(reserve->take(size)));
    REQUIRE(blocks.back());
    CHECK(reserve->owns(blocks.back()));
    CHECK(reinterpret_cast<std::uintptr_t>(blocks.back()) % Reserve::alignment == 0);
    std::memset(blocks.back(), i, size);
  }
  for (int i = 0; i < 50; ++i) {
    const std::size_t size = i % 2 == 0 ? 500 : 3;
    CHECK(std::vector<unsigned char>(blocks[i], blocks[i] + size) ==
          std::vector<unsigned char>(size, static_cast<unsigned char>(i)));
  }
  const std::vector<int> elsewhere(10);
  CHECK(!reserve->owns(elsewhere.data()));
}

TEST_CASE("what comes back is lent again; nothing is lent that is too large") {
  const auto reserve = std::make_unique<Reserve>();
  const std::vector<void*> first = all_of(*reserve, 1);
  CHECK(first.size() > 1000);
  CHECK(!reserve->take(1));
  for (void* block : first) reserve->give_back(block);
  CHECK(all_of(*reserve, 1).size() == first.size());
  CHECK(!Reserve().take(Reserve::largest + 1));
}

TEST_CASE("when small blocks are out, larger ones are lent") {
  const auto reserve = std::make_unique<Reserve>();
  const std::size_t large = all_of(*std::make_unique<Reserve>(), 4000).size();
  const std::size_t small = all_of(*reserve, 64).size();
  CHECK(small > 4 * large);
  CHECK(all_of(*reserve, 4000).empty());
}

TEST_CASE("a part is kept for destructors while an exception is on its way") {
  const auto reserve = std::make_unique<Reserve>();
  CHECK(!all_of(*reserve, 1).empty());
  struct Last {
    ~Last() { got = all_of(reserve, 1); }
    Reserve& reserve;
    std::vector<void*>& got;
  };
  std::vector<void*> got;
  try {
    const Last last{*reserve, got};
    throw 1;
  } catch (int) {
  }
  CHECK(got.size() > 100);
  CHECK(!reserve->take(1));
}

TEST_CASE("a part is kept for what is urgent") {
  const auto reserve = std::make_unique<Reserve>();
  const std::size_t ordinary = all_of(*reserve, Reserve::largest).size();
  CHECK(!reserve->take(Reserve::largest));
  {
    const Reserve::Urgent urgent;
    const Reserve::Urgent within;
    CHECK(3 * all_of(*reserve, Reserve::largest).size() >= ordinary);
  }
  CHECK(!reserve->take(Reserve::largest));
}

TEST_CASE("a block can be asked how large it is") {
  const auto reserve = std::make_unique<Reserve>();
  CHECK(reserve->size_of(reserve->take(1)) == 64);
  CHECK(reserve->size_of(reserve->take(5000)) == Reserve::largest);
}

TEST_CASE("lending is as the C library's own while there is memory, and moves what was lent") {
  char* text = net::Lending::strdup("hello");
  CHECK(!Reserve::instance().owns(text));
  text = static_cast<char*>(net::Lending::realloc(text, 100'000));
  CHECK(std::string(text) == "hello");
  CHECK(!net::Lending::realloc(text, std::numeric_limits<std::size_t>::max() / 4));
  CHECK(std::string(text) == "hello");
  net::Lending::free(text);
  auto* lent = static_cast<char*>(Reserve::instance().take(10));
  std::strcpy(lent, "from it");
  lent = static_cast<char*>(net::Lending::realloc(lent, 1000));
  CHECK(!Reserve::instance().owns(lent));
  CHECK(std::string(lent) == "from it");
  net::Lending::free(lent);
  const auto* zeros = static_cast<const char*>(net::Lending::calloc(10, 10));
  CHECK(std::string(zeros, 100) == std::string(100, '\0'));
  net::Lending::free(const_cast<char*>(zeros));
  CHECK(!net::Lending::calloc(std::numeric_limits<std::size_t>::max() / 2, 3));
}

TEST_CASE("a thread knows whether it was lent something") {
  const auto reserve = std::make_unique<Reserve>();
  const unsigned before = Reserve::taken();
  CHECK(!reserve->take(Reserve::largest + 1));
  CHECK(Reserve::taken() == before);
  CHECK(reserve->take(1));
  CHECK(Reserve::taken() != before);
}
