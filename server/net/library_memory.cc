#include "server/net/library_memory.h"

#include <cstdlib>
#include <new>
#include <utility>

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
  for (Piece* piece = all_.after; piece != &all_;) std::free(std::exchange(piece, piece->after));
  all_.before = all_.after = &all_;
}

}  // namespace net
