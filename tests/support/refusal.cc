#include "tests/support/refusal.h"

#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr std::size_t anything = std::numeric_limits<std::size_t>::max();
thread_local std::size_t most_at_once = anything;

void* given(std::size_t size) { return size > most_at_once ? nullptr : std::malloc(size); }

void* made(std::size_t size) {
  void* memory = given(size);
  if (!memory) throw std::bad_alloc();
  return memory;
}

}  // namespace

testing::Refusal::Refusal(std::size_t most) { most_at_once = most; }
testing::Refusal::~Refusal() { most_at_once = anything; }

void* operator new(std::size_t size) { return made(size); }
void* operator new[](std::size_t size) { return made(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return given(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return given(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
