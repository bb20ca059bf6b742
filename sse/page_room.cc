#include "sse/page_room.h"

#include <algorithm>

#include "sse/sequencer.h"

namespace sse {
namespace {

constexpr std::size_t awaited = Range::page;
// In which a reader that takes what it is given has taken a part at least, however busy the worker.
constexpr std::chrono::milliseconds patience{250};

}  // namespace

PageRoom::PageRoom(net::Loop& loop, std::size_t bytes)
    : loop_(loop), most_(bytes), again_(loop, [this] { admit(); }) {}

void PageRoom::enter(Guest& guest) {
  release(guest);
  line_.push_back(guest);
  admit();
}

void PageRoom::keep(Guest& guest, std::size_t bytes) {
  release(guest);
  guest.bytes = std::max<std::size_t>(bytes, 1);
  guest.since = loop_.now();
  used_ += guest.bytes;
  kept_.push_back(guest);
  admit();
}

void PageRoom::leave(Guest& guest) {
  release(guest);
  admit();
}

void PageRoom::release(Guest& guest) {
  guest.unlink();
  used_ -= guest.bytes;
  guest.bytes = 0;
}

// The last one of a page that is larger than all the room is let in all the same.
void PageRoom::admit() {
  while (!line_.empty()) {
    while (used_ > 0 && used_ + awaited > most_) {
      if (!make_room()) return;
    }
    Guest& first = line_.front();
    first.unlink();
    first.bytes = awaited;
    used_ += awaited;
    first.admitted();
  }
  again_.stop();
}

// False: not yet. It is tried again when the page that came first has been there for long enough,
// or when another one is there or is gone.
bool PageRoom::make_room() {
  if (kept_.empty()) return false;
  Guest& first = kept_.front();
  const auto due = first.since + patience;
  if (due > loop_.now()) {
    again_.start(due - loop_.now());
    return false;
  }
  release(first);
  first.dismissed();
  return true;
}

}  // namespace sse
