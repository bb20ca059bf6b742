// LibraryMemory: for a C library that does not look whether it was given memory (gumbo), or that
// ends the program when it was not (brotli). Where there is none, the call into the library is left
// by a jump, over frames of C alone, and all that it had been given is freed.
#pragma once

#include <csetjmp>
#include <cstddef>

namespace net {

// On one thread; outlives what the library has made with it.
class LibraryMemory {
 public:
  LibraryMemory() { all_.before = all_.after = &all_; }
  ~LibraryMemory() { clear(); }
  LibraryMemory(const LibraryMemory&) = delete;
  LibraryMemory& operator=(const LibraryMemory&) = delete;

  // For the library, with this object as what it calls opaque or user data.
  static void* allocate(void* self, std::size_t bytes);
  static void release(void* self, void* given);

  // Makes a call into the library: nothing else may allocate. False: there was no memory. What has
  // a destructor must live outside of `call`, as the jump would pass over it.
  template <typename Call>
  bool run(const Call& call) {
    if (setjmp(left_) != 0) {
      clear();
      return false;
    }
    call();
    return true;
  }

 private:
  // Before each piece that is given.
  struct alignas(std::max_align_t) Piece {
    Piece* before;
    Piece* after;
  };
  void clear();

  Piece all_{};
  std::jmp_buf left_;
};

}  // namespace net
