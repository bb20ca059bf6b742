#include "server/net/library_memory.h"

#include <cstdlib>
#include <new>

namespace net {

void* LibraryMemory::allocate(void* self, std::size_t bytes) {
  auto& me = *static_cast<LibraryMemory*>(self);
  void* memory = std::malloc(sizeof(Piece) + bytes);
  if (!memory) std::longjmp(me.left_, 1);
  auto* piece = new (memory) Piece{&me.all_, me.all_.after};
  piece->before->after = piece->after->before = piece;
  return piece + 1;
}

void LibraryMemory::release(void*, void* given) {
  if (!given) return;
  Piece* piece = static_cast<Piece*>(given) - 1;
  piece->before->after = piece->after;
  piece->after->before = piece->before;
  std::free(piece);
}

void LibraryMemory::clear() {
  while (all_.after != &all_) release(this, all_.after + 1);
}

}  // namespace net
