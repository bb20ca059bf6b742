// Prover: nodes that it starts itself, or finds, publishers and readers over many connections, and
// mishaps at random; in the end the ledger's judgement.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "prove/driver.h"
#include "prove/ledger.h"

namespace prove {

enum class Store { memory, sqlite, redis, redis_on_disk, redis_with_copy };

// What happens to nodes and to the store.
enum class Mishap {
  kill,             // a node: SIGKILL, and a new start
  stop,             // a node: SIGSTOP for a while
  restart,          // a node: SIGTERM, and a new start
  partition,        // a node: nothing passes between it and its clients for a while
  store_kill,       // Redis: SIGKILL, and a new start
  store_stop,       // Redis: SIGSTOP for a while
  store_restart,    // Redis: SIGTERM, and a new start
  store_cut,        // Redis: CLIENT KILL
  store_partition,  // Redis: nothing passes between it and a node for a while
  store_flush,      // Redis: FLUSHALL
  fail_over,        // Redis: the primary is killed, and its copy takes over
};
// Of the command line; empty if there is no such mishap.
std::string name_of(Mishap mishap);

struct Options {
  std::vector<std::string> urls;  // of nodes that run already; empty: they are started
  std::string token;              // for those
  Trust trust = Trust::known;     // of those
  std::string herald;             // the program to start nodes with
  std::string redis = "redis-server";
  std::size_t nodes = 1;
  Store store = Store::memory;
  std::vector<Mishap> mishaps;
  std::chrono::seconds time{10};
  std::uint32_t seed = 1;
  std::size_t publishers = 4;
  std::chrono::milliseconds pause{10};  // of a publisher, between two events
  std::size_t streams = 12;
  std::size_t polls = 6;
  std::size_t mercure = 4;
  std::size_t stalling = 0;  // readers of streams whose lines stand still again and again
  std::size_t history = 0;   // events of each topic in a node's memory; 0: as it has it by default
  std::size_t topics = 4;
  // In which the last events have to be acknowledged; as much again, for them to reach all readers.
  std::chrono::seconds patience{30};
};

struct Proof {
  Judgement judgement;
  std::map<std::string, int> mishaps;
  std::uint64_t refused = 0;
  std::uint64_t unsure = 0;
};

// Runs it. `say` is told what happens. Throws net::Error if it cannot be run.
Proof prove(const Options& options, const std::function<void(const std::string&)>& say);

// The table, and what was violated.
void print(std::ostream& out, const Options& options, const Proof& proof);

}  // namespace prove
