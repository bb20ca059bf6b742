// WorkerInbox: carries what the Sequencer delivers, from whatever thread, to a replica on its own
// loop, with one wake for all that has come since the last. What is dear to apply is put off to
// further turns of the loop, in its order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/net/loop.h"
#include "server/net/slice.h"
#include "sse/replica.h"
#include "sse/sequencer.h"

namespace sse {

class WorkerInbox final : public Inbox {
 public:
  // Both must outlive it. Destroyed on the loop's thread. `slice`: of what one turn applies.
  WorkerInbox(net::Loop& loop, Replica& replica,
              net::Slice slice = net::Slice(net::Slice::standard));

  void start(std::string epoch, std::uint64_t tail) override;
  void deliver(std::span<const EventRef> events) override;

  // For Sequencer::publish, on the loop's thread: calls `done` as soon as the replica has all that
  // has been delivered before, so that a publisher finds what it has published. Never if the inbox
  // goes before.
  using Done = std::function<void(const Published&)>;
  Done once_applied(Done done);

 private:
  struct Batch {
    std::string epoch;  // empty: goes on with the history there is
    std::uint64_t tail = 0;
    std::vector<EventRef> events;
  };
  // What waits for a batch.
  struct Waiting {
    std::uint64_t batch;
    std::function<void()> call;
  };
  void wake();
  void take();
  void go_on();
  bool apply();
  bool apply(Batch& batch);
  void answer();

  net::Loop& loop_;
  Replica& replica_;
  const std::shared_ptr<const char> present_;  // so that a posted task can tell that we have gone
  std::mutex mutex_;                           // guards `batches_` and `begun_`
  std::vector<Batch> batches_;
  std::uint64_t begun_ = 0;  // batches ever
  // The rest is of the loop's thread.
  net::Slice slice_;
  net::Later later_;
  std::vector<Batch> under_way_;  // taken out of `batches_`
  std::size_t at_ = 0;            // in it
  std::size_t applied_ = 0;       // events of that batch
  std::uint64_t done_ = 0;        // batches ever
  std::deque<Waiting> waiting_;   // by batch
};

}  // namespace sse
