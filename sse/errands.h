// Errands: requests that take many pieces of work before they can be answered. They are worked on
// one after the other, a slice in each turn of the loop, however many there are: whoever asks for
// something else does not wait for them.
#pragma once

#include <list>
#include <memory>

#include "server/http/exchange.h"
#include "server/net/loop.h"
#include "server/net/slice.h"

namespace sse {

class Errand {
 public:
  virtual ~Errand() = default;
  // A piece of the work; false: that was all. What it throws ends the errand, which answers 500.
  virtual bool piece() = 0;
  // Answers, now or later. The errand is destroyed behind it.
  virtual void done(http::Exchange exchange) = 0;
};

class Errands {
 public:
  // `loop` must outlive them. `slice`: of what one turn does of them.
  explicit Errands(net::Loop& loop, net::Slice slice = net::Slice(net::Slice::standard));
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  // Done before it returns, if no other waits and a slice is enough. Dropped as soon as its client
  // has gone.
  void run(http::Exchange exchange, std::unique_ptr<Errand> errand);

 private:
  struct Waiting {
    http::Exchange exchange;
    std::unique_ptr<Errand> errand;
    std::list<std::shared_ptr<Waiting>>::iterator place;
  };
  void work();
  void step();

  net::Slice slice_;
  net::Later later_;
  std::list<std::shared_ptr<Waiting>> waiting_;
};

}  // namespace sse
