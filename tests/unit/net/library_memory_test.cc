#include "server/net/library_memory.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <limits>

using net::LibraryMemory;

namespace {
constexpr std::size_t too_much = std::numeric_limits<std::size_t>::max() / 4;
}

TEST_CASE("a library is given memory, and gives it back or leaves it to its owner") {
  LibraryMemory memory;
  void* kept = nullptr;
  CHECK(memory.run([&] {
    void* first = LibraryMemory::allocate(&memory, 1);
    kept = LibraryMemory::allocate(&memory, 100'000);
    std::memset(kept, 1, 100'000);
    LibraryMemory::release(&memory, first);
    LibraryMemory::release(&memory, nullptr);
  }));
  CHECK(reinterpret_cast<std::uintptr_t>(kept) % alignof(std::max_align_t) == 0);
  LibraryMemory::release(&memory, kept);
  CHECK(memory.run([&] { LibraryMemory::allocate(&memory, 50); }));
}

TEST_CASE("without memory a call is left where it asks for some, and may be made again") {
  LibraryMemory memory;
  int steps = 0;
  CHECK(!memory.run([&] {
    LibraryMemory::allocate(&memory, 10);
    ++steps;
    LibraryMemory::allocate(&memory, too_much);
    ++steps;
  }));
  CHECK(steps == 1);
  CHECK(memory.run([&] { LibraryMemory::allocate(&memory, 10); }));
}
