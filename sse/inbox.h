// WorkerInbox: carries what the Sequencer delivers, from whatever thread, to a replica on its own
// loop, with one wake for all that has come since the last.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/net/loop.h"
#include "sse/replica.h"
#include "sse/sequencer.h"

namespace sse {

class WorkerInbox final : public Inbox {
 public:
  // Both must outlive it. Destroyed on the loop's thread.
  WorkerInbox(net::Loop& loop, Replica& replica);

  void start(std::string epoch, std::uint64_t tail) override;
  void deliver(std::span<const EventRef> events) override;

 private:
  struct Batch {
    std::string epoch;  // empty: goes on with the history there is
    std::uint64_t tail = 0;
    std::vector<EventRef> events;
  };
  void wake();
  void take();

  net::Loop& loop_;
  Replica& replica_;
  const std::shared_ptr<const char> present_;  // so that a posted task can tell that we have gone
  std::mutex mutex_;                           // guards `batches_` alone
  std::vector<Batch> batches_;
};

}  // namespace sse
