// MemorySequencer: order within one process, and a history that is as long as the replicas' own.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "sse/recent_keys.h"
#include "sse/sequencer.h"

namespace sse {

// Six characters that two starts of the program will hardly share.
std::string random_epoch();

class MemorySequencer final : public Sequencer {
 public:
  explicit MemorySequencer(std::string epoch = random_epoch()) : epoch_(std::move(epoch)) {}

  void publish(std::vector<Draft> drafts, net::Loop& home,
               std::function<void(const Published&)> done) override;
  void attach(Inbox& inbox) override;
  void detach(Inbox& inbox, net::Loop& home) override;
  std::uint64_t newest() const override { return newest_.load(std::memory_order_acquire); }

 private:
  EventIds sequence(std::vector<Draft> drafts);

  const std::string epoch_;
  std::mutex mutex_;  // guards the order: numbering and delivering are one step
  RecentKeys keys_;
  std::vector<Inbox*> inboxes_;
  std::atomic<std::uint64_t> newest_ = 0;
};

}  // namespace sse
