// Readers: a subscriber to event streams (Herald's or Mercure's) and one that polls. Each follows
// its topics over whichever node comes next, resuming where it was, and keeps a record of what it
// was told.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "prove/driver.h"
#include "prove/ledger.h"

namespace prove {

// What all publishers and readers know.
struct Field {
  std::vector<std::string> nodes;  // "https://127.0.0.1:8443"
  std::string token;               // of a publisher or subscriber; empty: none
  // Begins the data and the keys of this proof's events, and of no other's: nodes remember keys for
  // longer than a proof takes, and others may publish to the same topics.
  std::string mark;
};

class Reader : public Driver::Client {
 public:
  Reader(Driver& driver, const Field& field, std::string kind, std::set<std::string> topics,
         unsigned seed);

  // When the driver has stopped.
  const Record& record() const { return record_; }
  const std::set<std::string>& topics() const { return topics_; }
  // From any thread.
  std::optional<Id> reached() const;

 protected:
  const std::string& any_node();
  std::chrono::milliseconds between(int least_ms, int most_ms);
  void reach(const Id& id);
  void note(const Id& id, const std::string& topic, const std::string& data);
  void note_gap(const nlohmann::json& gap);
  std::vector<std::string> fields() const;
  std::string topic_parameters() const;

  Driver& driver_;
  const Field& field_;
  const std::set<std::string> topics_;
  Record record_;

 private:
  std::minstd_rand random_;
  mutable std::mutex mutex_;
  std::optional<Id> reached_;
};

class StreamReader final : public Reader {
 public:
  enum class Kind { herald, mercure, stalling };
  StreamReader(Driver& driver, const Field& field, Kind kind, std::set<std::string> topics,
               unsigned seed);

  void begin() override { connect(); }
  void bytes(std::string_view text) override;
  void finished(int status, const std::string& failure) override;

 private:
  void connect();
  void take(std::string_view block);

  const Kind kind_;
  std::string last_id_;
  std::string rest_;  // of a block that has not come whole
  std::uint64_t connection_ = 0;
};

class PollReader final : public Reader {
 public:
  PollReader(Driver& driver, const Field& field, std::set<std::string> topics, unsigned seed);

  void begin() override { poll(); }
  void bytes(std::string_view text) override { answer_ += text; }
  void finished(int status, const std::string& failure) override;

 private:
  void poll();
  void take();

  std::string cursor_;
  std::string answer_;
};

// Publishes one event after the other, each until it is acknowledged.
class Publisher final : public Driver::Client {
 public:
  struct Counts {
    std::atomic<std::uint64_t> acknowledged{0};
    std::atomic<std::uint64_t> refused{0};  // with a status that says so
    std::atomic<std::uint64_t> unsure{0};   // no answer: published, or not
  };
  // All outlive it. `name` is its own among the publishers of all proofs.
  Publisher(Driver& driver, const Field& field, Ledger& ledger, Counts& counts, std::string name,
            std::vector<std::string> topics, std::chrono::milliseconds pause, unsigned seed);

  void begin() override { next(); }
  void bytes(std::string_view text) override { answer_ += text; }
  void finished(int status, const std::string& failure) override;

  // From any thread. Publishes one last event to each topic, and is done; again, if it was done.
  void finish() { state_ = State::finishing; }
  bool done() const { return state_ == State::done; }
  // Of the last event of each topic, when done.
  const std::map<std::string, Id>& last() const { return last_; }
  const std::string& name() const { return name_; }
  // The last answer that was no acknowledgement, in words. When the driver has stopped.
  const std::string& refusal() const { return refusal_; }

 private:
  enum class State { publishing, finishing, done };
  void next();
  void send();
  void rest(std::chrono::milliseconds pause);

  Driver& driver_;
  const Field& field_;
  Ledger& ledger_;
  Counts& counts_;
  const std::string name_;
  const std::vector<std::string> topics_;
  const std::chrono::milliseconds pause_;
  std::minstd_rand random_;
  std::uint64_t number_ = 0;
  std::size_t farewells_ = 0;  // said since it was asked
  std::string topic_;
  std::string data_;
  std::string answer_;
  std::string refusal_ = "no answer";
  std::map<std::string, Id> last_;
  std::atomic<State> state_ = State::publishing;
};

}  // namespace prove
