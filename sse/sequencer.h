// Sequencer: gives events their id and total order, keeps what must be kept, and puts every event
// into the inbox of every worker. Memory, a file or a store on the network stand behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "server/net/loop.h"
#include "sse/event.h"
#include "sse/store_tally.h"
#include "sse/topic_matcher.h"

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

// Not published, or not read, and why.
struct Refused {
  int status = 503;
  std::string sentence;
};

using EventIds = std::vector<EventId>;
using Published = std::variant<EventIds, Refused>;

// A part of the past that a reader wants.
struct Range {
  static constexpr std::size_t page = 64 * 1024;

  Matchers topics;  // empty: all
  std::uint64_t after = 0;
  // If there is an event that its publisher called so, what follows the first of them is wanted
  // instead; empty: no such name.
  std::string named = {};
  // Instead of all that: so many of the newest, in order, if they can be read at once; a store need
  // not have more than one that all may read and one that is private. 0: not wanted.
  std::size_t newest = 0;
  // At most; a store may give fewer, but not none while there is one.
  std::size_t events = 100;
  std::size_t bytes = page;
};

// That part, as the store has it.
struct Past {
  std::string epoch;                                  // of the whole store, now
  std::uint64_t newest = 0;                           // highest seq of that epoch
  std::optional<std::uint64_t> named = std::nullopt;  // seq of the event of Range::named
  // Events of these topics up to this seq may be gone. A store that has one bound for all topics
  // says of each what holds for all.
  std::uint64_t lost = 0;
  // After `Range::after`, in order: of these topics, and of others. Which of them are wanted is for
  // the reader to see.
  std::vector<EventRef> events;
  std::uint64_t through = 0;  // whatever is kept of these topics up to this seq is in `events`
};

// What a store remembers beyond the replicas: for a reader that comes back after long, or knows
// more than this process has heard of yet.
class Archive {
 public:
  // From any thread. `done` is called once on the thread of `home`.
  virtual void read(Range range, net::Loop& home,
                    std::function<void(std::variant<Past, Refused>)> done) = 0;

 protected:
  ~Archive() = default;
};

class Sequencer {
 public:
  virtual ~Sequencer() = default;

  // All of `drafts`, at least one, or none; they follow each other in the order given. From any
  // thread. `done` is called once on the thread of `home`, with the id of each when all are in the
  // store; a worker's own inbox has them by then. A draft whose key has been published before gets
  // the id that it got then.
  virtual void publish(std::vector<Draft> drafts, net::Loop& home,
                       std::function<void(const Published&)> done) = 0;

  // Starts `inbox`, then delivers all that comes. It must outlive its attachment. May deliver
  // events at once that the store has from before.
  virtual void attach(Inbox& inbox) = 0;
  // When it returns, `inbox` will not be called again, and nothing more is posted to `home`: what
  // was asked for it and not answered yet never is.
  virtual void detach(Inbox& inbox, net::Loop& home) = 0;

  // Highest seq known so far in the present epoch: a reader that has seen it is not mistaken even
  // where a replica has yet to hear of it. From any thread.
  virtual std::uint64_t newest() const = 0;

  // Null: nothing is kept beyond the replicas.
  virtual Archive* archive() { return nullptr; }
  // Null: there is no store.
  virtual const StoreTally* tally() const { return nullptr; }

  // False while another process, of which this one is the successor, still has it: see release().
  virtual bool has_store() const { return true; }
  // Another process goes on with the store, which takes one at a time: what has been given is
  // written, and whatever is published from now on is refused. From any thread.
  virtual void release() {}
};

}  // namespace sse
