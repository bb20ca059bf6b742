// Cluster: the nodes and the store that a proof starts, in a folder that goes with it, and what can
// befall them.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "prove/process.h"
#include "prove/prover.h"
#include "prove/store.h"

namespace prove {

class Cluster {
 public:
  // Throws net::Error if something cannot be started.
  explicit Cluster(const Options& options);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  const std::vector<std::string>& urls() const { return urls_; }
  // Does it, and returns in words what was done when all runs again.
  std::string suffer(Mishap mishap, std::mt19937& random);

 private:
  void start(std::size_t node);
  std::string suffer_in_store(Mishap mishap, std::mt19937& random);

  std::string folder_;
  std::unique_ptr<RedisStore> redis_;
  std::vector<std::unique_ptr<Process>> nodes_;
  std::vector<std::string> urls_;
};

}  // namespace prove
