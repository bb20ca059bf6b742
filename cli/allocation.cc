// operator new over the program's malloc. That of mimalloc, as Debian builds it, ends the program
// when there is no memory; this one throws std::bad_alloc, and one connection or one request pays
// for it. operator delete is mimalloc's.
#include <cstdlib>
#include <new>

namespace {

void* given(void* memory) {
  if (!memory) throw std::bad_alloc();
  return memory;
}

void* aligned(std::size_t size, std::align_val_t alignment) noexcept {
  void* memory = nullptr;
  const int problem = posix_memalign(&memory, static_cast<std::size_t>(alignment), size);
  return problem == 0 ? memory : nullptr;
}

}  // namespace

void* operator new(std::size_t size) { return given(std::malloc(size)); }
void* operator new[](std::size_t size) { return given(std::malloc(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return given(aligned(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return given(aligned(size, alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return aligned(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return aligned(size, alignment);
}
