// Shelves: what a worker keeps of its logs, and for how long. Each log stands on a shelf, whose
// Retention bounds the events and the bytes of every log on it, the bytes of all of them together
// (the oldest go first, whose they are), and their age on the loop's clock. On the loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "server/net/loop.h"
#include "sse/event.h"
#include "sse/retention.h"
#include "sse/topic.h"

namespace sse {

class Shelves {
 public:
  // Whose the logs are.
  class Owner {
   public:
    // The oldest event of `log` is about to go.
    virtual void dropping(const Topic& log, const Event& oldest) = 0;
    // Nothing of the log is left: others needed the room, or it was too old. The log may be
    // destroyed.
    virtual void pushed_out(Topic& log) = 0;
    virtual void expired(Topic& log) = 0;

   protected:
    ~Owner() = default;
  };

  // `loop` and `owner` must outlive it.
  Shelves(net::Loop& loop, const std::vector<Retention>& shelves, Owner& owner);
  Shelves(const Shelves&) = delete;
  Shelves& operator=(const Shelves&) = delete;

  const Retention& of(std::size_t shelf) const { return shelves_[shelf].keep; }
  std::size_t bytes() const { return bytes_; }  // of all

  // Appends it to the log, and drops what there is no room for any more: never the newest of a log
  // for the log's own sake, or a large event would reach nobody.
  void put(const EventRef& event, Topic& log);
  // Drops all that the log has.
  void clear(Topic& log);
  // The log is about to go, with all that it has: that counts no more.
  void remove(Topic& log);
  // All logs are empty, or about to be.
  void restart();
  // Drops what is too old, and sets the timer for what will be next.
  void expire();

  // The log without readers that has the oldest event, of the shelves [from, to); null: none.
  Topic* oldest_unread(std::size_t from, std::size_t to) const;

 private:
  struct Shelf {
    Retention keep;
    std::size_t bytes = 0;
    std::set<std::pair<std::uint64_t, Topic*>> oldest{};  // each log with events, by its first
  };

  Shelf& shelf_of(const Topic& log) { return shelves_[log.shelf()]; }
  void drop_first(Topic& log);
  void trim(Topic& log);
  void shrink(Shelf& shelf);
  void expire(Shelf& shelf);
  Event::Time wall_now();
  net::Clock::time_point expiry_of(const Event& event, const Shelf& shelf);

  net::Loop& loop_;
  Owner& owner_;
  net::Timer expiry_;
  std::vector<Shelf> shelves_;
  std::size_t bytes_ = 0;
  net::Clock::time_point wall_read_ = net::Clock::time_point::min();
  Event::Time wall_now_;  // as it was then
};

}  // namespace sse
