// Reserve: memory set aside for when there is none. A small allocation that fails is lent from it,
// so that what is under way can be brought to its end; whoever was lent something then gives up of
// its own (see taken()), and what it held comes back. Without it, a destructor that needs a few
// bytes would end the program.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>

namespace net {

// From any thread. Lends blocks of a few sizes, aligned for anything up to `alignment`.
class Reserve {
 public:
  static constexpr std::size_t alignment = 64;
  static constexpr std::size_t largest = 32 * 1024;

  // Of the program; lends nothing unless the program's operator new asks it (cli/allocation.cc).
  static Reserve& instance() { return of_the_program; }

  constexpr Reserve() = default;
  Reserve(const Reserve&) = delete;
  Reserve& operator=(const Reserve&) = delete;

  // Null: too large, or nothing is left. The last quarter is for destructors while an exception is
  // on its way, and for what is Urgent.
  void* take(std::size_t size) noexcept;
  void give_back(void* block) noexcept;
  // Of a block that is lent: at least what was asked for.
  std::size_t size_of(const void* block) const noexcept { return sizes[shelf_of(block)]; }
  bool owns(const void* memory) const noexcept {
    return reinterpret_cast<std::uintptr_t>(memory) -
               reinterpret_cast<std::uintptr_t>(memory_.data()) <
           memory_.size();
  }

  // How often this thread has been lent something: if it grows while something is done, there was
  // no memory for that.
  static unsigned taken() noexcept;

  // While one is there, this thread does what must not fail: what gives memory back, say.
  class Urgent {
   public:
    Urgent() noexcept;
    ~Urgent();
    Urgent(const Urgent&) = delete;
    Urgent& operator=(const Urgent&) = delete;
  };

 private:
  static Reserve of_the_program;
  static constexpr std::size_t for_each_size = 1 << 20;  // bytes; untouched until they are lent
  static constexpr std::array<std::size_t, 4> sizes{64, 512, 4096, largest};

  std::size_t shelf_of(const void* block) const noexcept {
    return static_cast<std::size_t>(static_cast<const std::byte*>(block) - memory_.data()) /
           for_each_size;
  }

  // Blocks of one size.
  struct Shelf {
    void* returned = nullptr;  // the first of those that have come back; each begins with the next
    std::size_t never_lent = 0;  // the first of those that have not been touched yet
    std::size_t lent = 0;
  };

  std::mutex mutex_;  // guards all below
  std::array<Shelf, sizes.size()> shelves_{};
  alignas(alignment) std::array<std::byte, sizes.size() * for_each_size> memory_{};
};

// As those of the C library, but they lend from the program's reserve where there is no memory: for
// operator new, and for libraries that can be given them.
struct Lending {
  static void* malloc(std::size_t size) noexcept {
    void* memory = std::malloc(size);
    return memory ? memory : Reserve::instance().take(size);
  }
  static void* calloc(std::size_t count, std::size_t size) noexcept;
  static void* realloc(void* memory, std::size_t size) noexcept;
  static char* strdup(const char* text) noexcept;
  static void free(void* memory) noexcept {
    auto& reserve = Reserve::instance();
    reserve.owns(memory) ? reserve.give_back(memory) : std::free(memory);
  }
};

}  // namespace net
