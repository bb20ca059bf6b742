// Sequencer: gives events their id and total order, keeps what must be kept, and puts every event
// into the inbox of every worker. Memory, a file or a store on the network stand behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <variant>

#include "server/net/loop.h"
#include "sse/event.h"

namespace sse {

// Where one worker receives events. Called from any thread, never by two at once.
class Inbox {
 public:
  virtual ~Inbox() = default;
  // A history begins: the next event is `tail` + 1 of `epoch`. Comes before any event, and again if
  // the store has lost or replaced what it had.
  virtual void start(std::string epoch, std::uint64_t tail) = 0;
  // In order, without holes. One call for each batch that the store gave.
  virtual void deliver(std::span<const EventRef> events) = 0;
};

// Not published, and why.
struct Refused {
  int status = 503;
  std::string sentence;
};

using Published = std::variant<EventId, Refused>;

class Sequencer {
 public:
  virtual ~Sequencer() = default;

  // From any thread. `done` is called once on the thread of `home`, with an id only when the event
  // is in the store; a worker's own inbox has it by then.
  virtual void publish(Draft draft, net::Loop& home,
                       std::function<void(const Published&)> done) = 0;

  // Starts `inbox`, then delivers all that comes. It must outlive its attachment.
  virtual void attach(Inbox& inbox) = 0;
  // When it returns, `inbox` will not be called again.
  virtual void detach(Inbox& inbox) = 0;

  // Highest seq given out so far in the present epoch: a reader that has seen it is not mistaken
  // even where a replica has yet to hear of it. From any thread.
  virtual std::uint64_t newest() const = 0;
};

}  // namespace sse
