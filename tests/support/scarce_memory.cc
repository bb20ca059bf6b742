// To be preloaded: memory is refused now and then, to Herald and to every library that it uses.
// $SCARCE_MEMORY is a file of 12 bytes, three numbers of 32 bits in this machine's order: one in so
// many allocations is refused (0: none), and how many have been asked for and refused.
// Libraries whose file has $SCARCE_MEMORY_SPARES in its name are refused nothing.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

// mimalloc's, which the program has linked.
extern "C" {
void* mi_malloc(std::size_t);
void* mi_calloc(std::size_t, std::size_t);
void* mi_realloc(void*, std::size_t);
int mi_posix_memalign(void**, std::size_t, std::size_t);
void* mi_aligned_alloc(std::size_t, std::size_t);
}

namespace {

struct Plan {
  std::atomic<std::uint32_t> one_in;
  std::atomic<std::uint32_t> asked;
  std::atomic<std::uint32_t> refused;
};
constinit Plan none{};
constinit Plan* plan = &none;

[[gnu::constructor]] void begin() {
  const char* name = std::getenv("SCARCE_MEMORY");
  if (!name) return;
  const int file = open(name, O_RDWR | O_CLOEXEC);
  void* shared = mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (shared == MAP_FAILED) std::abort();
  plan = static_cast<Plan*>(shared);
}

// Without a pattern that a program could be in step with.
std::uint32_t scrambled(std::uint32_t number) {
  number *= 2654435761U;
  number = (number ^ (number >> 16)) * 0x85ebca6bU;
  number = (number ^ (number >> 13)) * 0xc2b2ae35U;
  return number ^ (number >> 16);
}

bool spared(const void* caller) {
  static const char* const name = std::getenv("SCARCE_MEMORY_SPARES");
  Dl_info from{};
  return name && dladdr(caller, &from) != 0 && from.dli_fname && std::strstr(from.dli_fname, name);
}

bool refused(const void* caller) {
  const std::uint32_t one_in = plan->one_in;
  if (one_in == 0 || scrambled(plan->asked++) % one_in != 0 || spared(caller)) return false;
  ++plan->refused;
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" {
void* malloc(std::size_t size) {
  return refused(__builtin_return_address(0)) ? nullptr : mi_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  return refused(__builtin_return_address(0)) ? nullptr : mi_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  return refused(__builtin_return_address(0)) ? nullptr : mi_realloc(memory, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  return refused(__builtin_return_address(0)) ? ENOMEM : mi_posix_memalign(memory, alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return refused(__builtin_return_address(0)) ? nullptr : mi_aligned_alloc(alignment, size);
}
}
