// PageRoom: what the pages of all readers of one worker take together, so that readers, however
// many and however slow, have no more of the archive in memory than that. Who wants a page waits in
// line for room; where there is none, the page that came first makes way, once its reader has had a
// while to take it. That reader asks again when it is read. On one worker's thread.
#pragma once

#include <chrono>
#include <cstddef>

#include "server/net/chain.h"
#include "server/net/loop.h"

namespace sse {

class PageRoom {
 public:
  // Who wants a page, has asked for one, or has one: in all of these it is a guest.
  class Guest : public net::Link {
   public:
    // There is room: it may ask for its page. Not to be answered before this returns.
    virtual void admitted() = 0;
    // Its page has made way. It is no guest any more.
    virtual void dismissed() = 0;
    // Stands in line.
    bool waits() const { return linked() && bytes == 0; }

    // The room's own.
    std::size_t bytes = 0;  // of the page, there or awaited; 0: none
    net::Clock::time_point since;

   protected:
    ~Guest() = default;
  };

  // `bytes`: of all pages, of which each that is awaited counts as what is asked for at most
  // (Range::bytes); one event more may be in it. `loop` outlives the room, and the room its guests.
  PageRoom(net::Loop& loop, std::size_t bytes);
  PageRoom(const PageRoom&) = delete;
  PageRoom& operator=(const PageRoom&) = delete;

  // Wants a page, another one if it has one. May admit before it returns.
  void enter(Guest& guest);
  // The page that it has asked for has come, and has so many bytes.
  void keep(Guest& guest, std::size_t bytes);
  // It has no page, and wants none. Harmless for who is no guest.
  void leave(Guest& guest);

  // Bytes of the pages that there are, and that are awaited.
  std::size_t bytes() const { return used_; }

 private:
  bool make_room();
  void admit();
  void release(Guest& guest);

  net::Loop& loop_;
  const std::size_t most_;
  std::size_t used_ = 0;
  net::Chain<Guest> line_;
  net::Chain<Guest> kept_;  // by when they came
  net::Timer again_;
};

}  // namespace sse
