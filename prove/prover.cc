#include "prove/prover.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string_view>
#include <thread>
#include <utility>

#include "prove/cluster.h"
#include "prove/readers.h"
#include "server/net/error.h"

namespace prove {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr seconds before_asking_again{5};  // for last events, when readers are not at the end

// Of this proof, and of no other.
std::string fresh_mark() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device chance;
  std::string mark;
  for (int i = 0; i < 8; ++i) mark += letters[chance() % letters.size()];
  return mark;
}

// Whoever publishes and reads, on a few threads.
class Crowd {
 public:
  // `stalling`: where those readers go whose lines stall.
  Crowd(const Options& options, const Field& field, const Field& stalling, Trust trust)
      : patience_(options.patience), random_(options.seed) {
    for (std::size_t i = 0; i < options.topics; ++i) topics_.push_back("t" + std::to_string(i));
    for (int i = 0; i < 4; ++i) drivers_.push_back(std::make_unique<Driver>(trust));
    for (std::size_t i = 0; i < options.publishers; ++i) {
      publishers_.push_back(std::make_unique<Publisher>(next_driver(), field, ledger, counts,
                                                        field.mark + "-p" + std::to_string(i),
                                                        topics_, options.pause, random_()));
      last_driver().add(*publishers_.back());
    }
    const auto add = [&](std::unique_ptr<Reader> reader) {
      last_driver().add(*reader);
      readers_.push_back(std::move(reader));
    };
    using Kind = StreamReader::Kind;
    for (std::size_t i = 0; i < options.streams; ++i) {
      add(std::make_unique<StreamReader>(next_driver(), field, Kind::herald, some_topics(i),
                                         random_()));
    }
    for (std::size_t i = 0; i < options.polls; ++i) {
      add(std::make_unique<PollReader>(next_driver(), field, some_topics(i), random_()));
    }
    for (std::size_t i = 0; i < options.mercure; ++i) {
      add(std::make_unique<StreamReader>(next_driver(), field, Kind::mercure, some_topics(i),
                                         random_()));
    }
    if (options.stalling > 0) drivers_.push_back(std::make_unique<Driver>(trust));
    for (std::size_t i = 0; i < options.stalling; ++i) {
      readers_.push_back(std::make_unique<StreamReader>(*drivers_.back(), stalling, Kind::stalling,
                                                        some_topics(i), random_()));
      drivers_.back()->add(*readers_.back());
    }
  }
  ~Crowd() { stop(); }

  void start() {
    for (const auto& driver : drivers_) driver->start();
  }
  void stop() {
    for (const auto& driver : drivers_) driver->stop();
  }
  // The publishers say their last, and the readers get it; whether they did in time. They say it
  // again while readers are not there: a store that has lost something may begin another epoch
  // late.
  bool finish() {
    if (!say_last(Clock::now() + patience_)) return false;
    const auto deadline = Clock::now() + patience_;
    while (!all_at_end(std::min(deadline, Clock::now() + before_asking_again))) {
      if (Clock::now() >= deadline || !say_last(deadline)) return false;
    }
    return true;
  }
  // When it has stopped.
  Judgement judge() const {
    std::vector<const Record*> records;
    records.reserve(readers_.size());
    for (const auto& reader : readers_) records.push_back(&reader->record());
    Ending ending{.epochs = last_epochs(), .unheard = {}};
    for (const auto& publisher : publishers_) {
      if (publisher->done()) continue;
      ending.unheard.push_back(publisher->name() + " (" + publisher->refusal() + ")");
    }
    return ledger.judge(records, ending);
  }

  Ledger ledger;
  Publisher::Counts counts;

 private:
  // Whether all do before then.
  static bool wait_for_all(const auto& them, const auto& condition, Clock::time_point until) {
    while (!std::all_of(them.begin(), them.end(), condition)) {
      if (Clock::now() >= until) return false;
      std::this_thread::sleep_for(milliseconds(20));
    }
    return true;
  }
  bool say_last(Clock::time_point until) {
    for (const auto& publisher : publishers_) publisher->finish();
    return wait_for_all(
        publishers_, [](const auto& each) { return each->done(); }, until);
  }
  std::set<std::string> last_epochs() const {
    std::set<std::string> epochs;
    for (const auto& publisher : publishers_) {
      if (!publisher->done()) continue;
      for (const auto& [topic, id] : publisher->last()) epochs.insert(id.epoch);
    }
    return epochs;
  }
  // Each has said something last to every topic: whoever has the newest of those has all. While
  // they are of several epochs nobody can be there.
  bool all_at_end(Clock::time_point until) const {
    if (last_epochs().size() > 1) return false;
    std::map<std::string, Id> last;
    for (const auto& publisher : publishers_) {
      for (const auto& [topic, id] : publisher->last()) {
        if (id.seq > last[topic].seq) last[topic] = id;
      }
    }
    return wait_for_all(
        readers_, [&](const auto& reader) { return at_end(*reader, last); }, until);
  }
  static bool at_end(const Reader& reader, const std::map<std::string, Id>& last) {
    const std::optional<Id> at = reader.reached();
    return at && std::all_of(last.begin(), last.end(), [&](const auto& topic_and_id) {
             const auto& [topic, id] = topic_and_id;
             return !reader.topics().contains(topic) ||
                    (at->epoch == id.epoch && at->seq >= id.seq);
           });
  }
  Driver& next_driver() { return *drivers_[++turn_ % drivers_.size()]; }
  Driver& last_driver() { return *drivers_[turn_ % drivers_.size()]; }
  // All of them, or some.
  std::set<std::string> some_topics(std::size_t number) {
    std::set<std::string> chosen(topics_.begin(), topics_.end());
    while (number % 2 == 1 && chosen.size() > 1 && random_() % 3 != 0) {
      chosen.erase(std::next(chosen.begin(), static_cast<long>(random_() % chosen.size())));
    }
    return chosen;
  }

  const seconds patience_;
  std::mt19937 random_;
  std::vector<std::string> topics_;
  std::vector<std::unique_ptr<Driver>> drivers_;
  std::size_t turn_ = 0;
  std::vector<std::unique_ptr<Publisher>> publishers_;
  std::vector<std::unique_ptr<Reader>> readers_;
};

}  // namespace

Proof prove(const Options& options, const std::function<void(const std::string&)>& say) {
  Proof proof;
  std::unique_ptr<Cluster> cluster;
  Field field{options.urls, options.token, fresh_mark()};
  Field stalling = field;
  if (options.urls.empty()) {
    cluster = std::make_unique<Cluster>(options);
    field.nodes = cluster->urls();
    stalling.nodes = cluster->stalling_urls();
  }
  Crowd crowd(options, field, stalling, options.urls.empty() ? Trust::anyone : options.trust);
  crowd.start();
  std::mt19937 random(options.seed);
  const auto end = Clock::now() + options.time;
  while (Clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(std::uniform_int_distribution(400, 1500)(random)));
    if (!cluster || options.mishaps.empty() || Clock::now() >= end) continue;
    const Mishap mishap = options.mishaps[random() % options.mishaps.size()];
    say(cluster->suffer(mishap, random));
    ++proof.mishaps[name_of(mishap)];
  }
  say("the mishaps are over: the last events are published and awaited");
  if (cluster) cluster->calm_down();
  if (!crowd.finish()) say("not everybody came to the end within the time of --patience");
  crowd.stop();
  proof.judgement = crowd.judge();
  proof.refused = crowd.counts.refused;
  proof.unsure = crowd.counts.unsure;
  return proof;
}

}  // namespace prove
