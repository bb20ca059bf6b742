// operator new over the program's malloc (mimalloc's, whose own operator new, as Debian builds it,
// ends the program when there is no memory). When there is none, what is small is lent from the
// reserve; otherwise it throws std::bad_alloc, and one connection or one request pays for it.
#include <cstdlib>
#include <new>

#include "server/net/reserve.h"

namespace {

void* aligned(std::size_t size, std::align_val_t alignment) noexcept {
  void* memory = nullptr;
  const int problem = posix_memalign(&memory, static_cast<std::size_t>(alignment), size);
  return problem == 0 ? memory : nullptr;
}

void* made(std::size_t size) {
  void* memory = net::Lending::malloc(size);
  if (!memory) throw std::bad_alloc();
  return memory;
}

void* made(std::size_t size, std::align_val_t alignment) {
  void* memory = aligned(size, alignment);
  if (!memory && static_cast<std::size_t>(alignment) <= net::Reserve::alignment) {
    memory = net::Reserve::instance().take(size);
  }
  if (!memory) throw std::bad_alloc();
  return memory;
}

void release(void* memory) noexcept { net::Lending::free(memory); }

}  // namespace

void* operator new(std::size_t size) { return made(size); }
void* operator new[](std::size_t size) { return made(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return made(size, alignment); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return made(size, alignment); }
// Whoever asks for these can do without.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return aligned(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return aligned(size, alignment);
}

void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  release(memory);
}
