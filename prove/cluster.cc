#include "prove/cluster.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include "server/net/error.h"

namespace prove {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void pause(std::mt19937& random, int least_ms, int most_ms) {
  std::this_thread::sleep_for(
      milliseconds(std::uniform_int_distribution(least_ms, most_ms)(random)));
}

std::string new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "herald-prove-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw net::SystemError("cannot make a folder for the proof");
  return name;
}

}  // namespace

Cluster::Cluster(const Options& options) : folder_(new_folder()) {
  std::string store;
  if (options.store == Store::sqlite) store = folder_ + "/events.db";
  if (options.store >= Store::redis) {
    redis_ = std::make_unique<RedisStore>(
        options.redis, folder_,
        options.store == Store::redis ? RedisStore::Disk::none : RedisStore::Disk::everything,
        options.store == Store::redis_with_copy ? RedisStore::Copies::two
                                                : RedisStore::Copies::one);
    store = redis_->url();
  }
  std::filesystem::create_directory(folder_ + "/root");
  for (std::size_t i = 0; i < options.nodes; ++i) {
    std::vector<std::string> words{options.herald, "serve",       folder_ + "/root", "--dev",
                                   "--listen",     "127.0.0.1:0", "--workers",       "1",
                                   "--drain",      "2s"};
    if (!store.empty()) {
      words.emplace_back("--store");
      words.push_back(store);
    }
    nodes_.push_back(std::make_unique<Process>(std::move(words),
                                               folder_ + "/node" + std::to_string(i) + ".log"));
    start(i);
  }
}

Cluster::~Cluster() {
  nodes_.clear();
  redis_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

// On the port that it had before, if it had one.
void Cluster::start(std::size_t node) {
  nodes_[node]->start();
  const std::string line = nodes_[node]->line_with("https://", seconds(20));
  const auto begin = line.find("https://");
  const std::string url = line.substr(begin, line.find('/', begin + 8) - begin);
  if (node < urls_.size()) return;
  urls_.push_back(url);
  nodes_[node]->replace_argument("--listen", url.substr(8));
}

std::string Cluster::suffer(Mishap mishap, std::mt19937& random) {
  const std::size_t node = random() % nodes_.size();
  Process& process = *nodes_[node];
  const std::string name = "node " + std::to_string(node + 1);
  switch (mishap) {
    case Mishap::kill:
      process.kill();
      pause(random, 0, 500);
      start(node);
      return name + " was killed and started again";
    case Mishap::stop:
      process.signal(SIGSTOP);
      pause(random, 300, 2500);
      process.signal(SIGCONT);
      return name + " stood still for a while";
    case Mishap::restart:
      if (!process.stop(seconds(10))) throw net::Error(name + " did not end after SIGTERM");
      start(node);
      return name + " was restarted";
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
