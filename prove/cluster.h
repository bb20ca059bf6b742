// Cluster: the nodes and the store that a proof starts, in a folder that goes with it, the lines to
// them, and what can befall all of these.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "prove/lines.h"
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

  // Of the nodes, by lines that are whole but for partitions; and by those that stall.
  std::vector<std::string> urls() const;
  std::vector<std::string> stalling_urls() const;
  // Does it, and returns in words what was done. When it returns all runs again; a partition lasts
  // a while longer.
  std::string suffer(Mishap mishap, std::mt19937& random);
  // Nothing stalls and no partition lasts any more.
  void calm_down() { lines_.calm_down(); }

 private:
  struct Node {
    std::unique_ptr<Process> process;
    std::vector<Relay*> to_store;
    Relay* from_clients = nullptr;
    Relay* from_stalling = nullptr;
  };
  void make_store(const Options& options);
  std::vector<std::string> command_of(const Options& options, Node& node);
  std::uint16_t start(Node& node);
  std::string suffer_in_store(Mishap mishap, std::mt19937& random);

  std::string folder_;
  Lines lines_;
  std::unique_ptr<RedisStore> redis_;
  std::vector<Node> nodes_;
};

}  // namespace prove
