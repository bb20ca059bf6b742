#include "server/net/reserve.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace net {
namespace {
constinit thread_local unsigned taken_by_thread = 0;
constinit thread_local unsigned urgent_of_thread = 0;
}  // namespace

constinit Reserve Reserve::of_the_program;

unsigned Reserve::taken() noexcept { return taken_by_thread; }
Reserve::Urgent::Urgent() noexcept { ++urgent_of_thread; }
Reserve::Urgent::~Urgent() { --urgent_of_thread; }

void* Reserve::take(std::size_t size) noexcept {
  const bool urgent = urgent_of_thread > 0 || std::uncaught_exceptions() > 0;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < size) continue;
    Shelf& shelf = shelves_[i];
    const std::size_t all = for_each_size / sizes[i];
    if (shelf.lent >= (urgent ? all : all - all / 4)) continue;
    ++shelf.lent;
    ++taken_by_thread;
    if (!shelf.returned) {
      return memory_.data() + i * for_each_size + shelf.never_lent++ * sizes[i];
    }
    void* block = shelf.returned;
    std::memcpy(&shelf.returned, block, sizeof shelf.returned);
    return block;
  }
  return nullptr;
}

void Reserve::give_back(void* block) noexcept {
  const std::lock_guard lock(mutex_);
  Shelf& shelf = shelves_[shelf_of(block)];
  std::memcpy(block, &shelf.returned, sizeof shelf.returned);
  shelf.returned = block;
  --shelf.lent;
}

void* Lending::calloc(std::size_t count, std::size_t size) noexcept {
  Reserve& reserve = Reserve::instance();
  void* memory = std::calloc(count, size);
  if (memory || (size > 0 && count > Reserve::largest / size)) return memory;
  memory = reserve.take(count * size);
  return memory ? std::memset(memory, 0, count * size) : nullptr;
}

void* Lending::realloc(void* memory, std::size_t size) noexcept {
  Reserve& reserve = Reserve::instance();
  if (!memory) return malloc(size);
  size = std::max<std::size_t>(size, 1);
  const bool lent = reserve.owns(memory);
  if (!lent) {
    if (void* moved = std::realloc(memory, size)) return moved;
  }
  void* moved = malloc(size);
  if (!moved) return nullptr;
  const std::size_t had = lent ? reserve.size_of(memory) : malloc_usable_size(memory);
  std::memcpy(moved, memory, std::min(size, had));
  free(memory);
  return moved;
}

char* Lending::strdup(const char* text) noexcept {
  const std::size_t size = std::strlen(text) + 1;
  void* copy = malloc(size);
  return copy ? static_cast<char*>(std::memcpy(copy, text, size)) : nullptr;
}

}  // namespace net
