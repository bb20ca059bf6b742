#include "prove/cluster.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "server/net/error.h"

namespace prove {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

milliseconds between(std::mt19937& random, int least_ms, int most_ms) {
  return milliseconds(std::uniform_int_distribution(least_ms, most_ms)(random));
}

void pause(std::mt19937& random, int least_ms, int most_ms) {
  std::this_thread::sleep_for(between(random, least_ms, most_ms));
}

Relay::After any_end(std::mt19937& random) {
  return random() % 2 == 0 ? Relay::After::goes_on : Relay::After::reset;
}

std::string address(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

std::string configuration(const Options& options) {
  if (options.history == 0) return {};
  return "[events]\nhistory = " + std::to_string(options.history) + "\n";
}

std::string new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "herald-prove-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw net::SystemError("cannot make a folder for the proof");
  return name;
}

}  // namespace

Cluster::Cluster(const Options& options) : folder_(new_folder()) {
  std::filesystem::create_directory(folder_ + "/root");
  std::ofstream(folder_ + "/herald.toml") << configuration(options);
  make_store(options);
  for (std::size_t i = 0; i < options.nodes; ++i) {
    Node& node = nodes_.emplace_back();
    node.process = std::make_unique<Process>(command_of(options, node),
                                             folder_ + "/node" + std::to_string(i) + ".log");
    const std::uint16_t port = start(node);
    node.process->replace_argument("--listen", address(port));
    node.from_clients = &lines_.add(port);
    if (options.stalling > 0) {
      node.from_stalling = &lines_.add_stalling(port, options.seed + static_cast<unsigned>(i));
    }
  }
}

Cluster::~Cluster() {
  nodes_.clear();
  redis_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Cluster::make_store(const Options& options) {
  if (options.store < Store::redis) return;
  redis_ = std::make_unique<RedisStore>(
      options.redis, folder_,
      options.store == Store::redis ? RedisStore::Disk::none : RedisStore::Disk::everything,
      options.store == Store::redis_with_copy ? RedisStore::Copies::two : RedisStore::Copies::one);
}

std::vector<std::string> Cluster::command_of(const Options& options, Node& node) {
  std::string store;
  if (options.store == Store::sqlite) store = folder_ + "/events.db";
  for (const std::uint16_t port : redis_ ? redis_->ports() : std::vector<std::uint16_t>()) {
    node.to_store.push_back(&lines_.add(port));
    store += (store.empty() ? "redis://" : ",") + address(node.to_store.back()->port());
  }
  std::vector<std::string> words{
      options.herald, "serve", folder_ + "/root", "--dev", "--listen", address(0),
      "--workers",    "1",     "--drain",         "2s",    "--config", folder_ + "/herald.toml"};
  if (store.empty()) return words;
  words.emplace_back("--store");
  words.push_back(std::move(store));
  return words;
}

// On the port that it had before, if it had one. Returns it.
std::uint16_t Cluster::start(Node& node) {
  node.process->start();
  const std::string line = node.process->line_with("https://", seconds(20));
  const auto begin = line.find(':', line.find("https://") + 8) + 1;
  return static_cast<std::uint16_t>(std::stoul(line.substr(begin)));
}

std::vector<std::string> Cluster::urls() const {
  std::vector<std::string> urls;
  urls.reserve(nodes_.size());
  for (const Node& node : nodes_) urls.push_back("https://" + address(node.from_clients->port()));
  return urls;
}

std::vector<std::string> Cluster::stalling_urls() const {
  std::vector<std::string> urls;
  urls.reserve(nodes_.size());
  for (const Node& node : nodes_) {
    if (node.from_stalling) urls.push_back("https://" + address(node.from_stalling->port()));
  }
  return urls;
}

std::string Cluster::suffer(Mishap mishap, std::mt19937& random) {
  const std::size_t number = random() % nodes_.size();
  Node& node = nodes_[number];
  const std::string name = "node " + std::to_string(number + 1);
  switch (mishap) {
    case Mishap::kill:
      node.process->kill();
      pause(random, 0, 500);
      start(node);
      return name + " was killed and started again";
    case Mishap::stop:
      node.process->signal(SIGSTOP);
      pause(random, 300, 2500);
      node.process->signal(SIGCONT);
      return name + " stood still for a while";
    case Mishap::restart:
      if (!node.process->stop(seconds(10))) throw net::Error(name + " did not end after SIGTERM");
      start(node);
      return name + " was restarted";
    case Mishap::partition:
      lines_.be_silent(*node.from_clients, between(random, 300, 6000), any_end(random));
      return "nothing passes between " + name + " and its clients for a while";
    case Mishap::store_partition:
      if (node.to_store.empty()) throw net::Error(name_of(mishap) + " needs --store redis");
      for (Relay* line : node.to_store) {
        lines_.be_silent(*line, between(random, 300, 6000), any_end(random));
      }
      return "nothing passes between " + name + " and the store for a while";
    default:
      return suffer_in_store(mishap, random);
  }
}

std::string Cluster::suffer_in_store(Mishap mishap, std::mt19937& random) {
  if (!redis_) throw net::Error(name_of(mishap) + " needs --store redis");
  switch (mishap) {
    case Mishap::store_kill:
      redis_->primary().kill();
      pause(random, 0, 1000);
      redis_->restart_primary();
      return "the store was killed and started again";
    case Mishap::store_stop:
      redis_->primary().signal(SIGSTOP);
      pause(random, 300, 4000);
      redis_->primary().signal(SIGCONT);
      return "the store stood still for a while";
    case Mishap::store_restart:
      if (!redis_->primary().stop(seconds(10))) throw net::Error("the store did not end");
      redis_->restart_primary();
      return "the store was restarted";
    case Mishap::store_cut:
      redis_->cut_clients();
      return "the store cut its connections";
    case Mishap::store_flush:
      redis_->flush();
      return "the store was emptied";
    default:
      if (!redis_->has_copy()) throw net::Error("fail-over needs --store redis-with-copy");
      redis_->fail_over();
      return "the store's copy took over";
  }
}

}  // namespace prove
