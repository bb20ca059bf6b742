// Ledger: what was acknowledged to publishers and what each reader was told, and the judgement over
// it: order, loss, repeats, and whether gaps were announced exactly where there were any. Every
// event is published under a key of its own, and no two are alike; nobody is owed those of others,
// but a gap may be of them alone. Knows nothing of how it came about.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace prove {

// "<epoch>-<seq>".
struct Id {
  std::string epoch;
  std::uint64_t seq = 0;
  static std::optional<Id> parse(std::string_view text);
  std::string print() const { return epoch + "-" + std::to_string(seq); }
  auto operator<=>(const Id&) const = default;
};

// What one reader was told, in order.
class Record {
 public:
  Record(std::string kind, std::set<std::string> topics)
      : kind_(std::move(kind)), topics_(std::move(topics)) {}

  // One thread at a time; not while the ledger judges.
  void event(Id id, std::string topic, std::string data);
  // An event of somebody else's, to a topic of ours.
  void others(Id id);
  // Everything up to `id` is said to have been given: a heart-beat, or the cursor of a poll.
  void checkpoint(Id id);
  // From now on; up to `complete_after` something may be missing.
  void gap(std::string reason, Id complete_after);
  void connected() { ++connections_; }
  // The last answer, in words, for who is never given an id.
  void refused(std::string why) { refusal_ = std::move(why); }

 private:
  friend class Ledger;
  struct Seen {
    enum class Kind { event, others, checkpoint, gap } kind;
    Id id;  // of a gap: up to which something may be missing
    std::string topic;
    std::string text;  // the data, or the reason
  };
  std::string kind_;
  std::set<std::string> topics_;
  std::vector<Seen> seen_;
  std::uint64_t connections_ = 0;
  std::string refusal_ = "no answer";
};

// How it ended: what the publishers were told of the last events, of which each publishes one to
// every topic when nothing befalls anybody any more.
struct Ending {
  std::set<std::string> epochs;      // in which they were acknowledged
  std::vector<std::string> unheard;  // publishers who had no such answer, with the reason in words
};

// Of all readers of one kind.
struct Tally {
  std::uint64_t readers = 0;
  std::uint64_t connections = 0;
  std::uint64_t events = 0;
  std::uint64_t gaps = 0;
  std::uint64_t lost = 0;      // not given, and no gap told
  std::uint64_t repeated = 0;  // given again, or after what follows it, with no reason for it
  std::uint64_t needless = 0;  // gaps where nothing was missing
};

struct Judgement {
  std::map<std::string, Tally> kinds;
  std::uint64_t acknowledged = 0;
  std::uint64_t twice = 0;  // under another id of the same epoch as well, in spite of its key
  std::set<std::string> epochs;
  std::vector<std::string> violations;  // the first of them, in words
  std::uint64_t violation_count = 0;
  bool sound() const { return violation_count == 0; }
  void violated(std::string what);  // in words
};

class Ledger {
 public:
  // From any thread.
  void acknowledged(const Id& id, const std::string& topic, const std::string& data);

  // When all is still. Each record belongs to the caller. What proves nothing is not sound: if
  // nothing was acknowledged, or readers of a kind were given nothing.
  Judgement judge(const std::vector<const Record*>& records, const Ending& ending) const;

 private:
  struct Published {
    Id id;
    std::string topic;
    std::string data;
  };
  mutable std::mutex mutex_;
  std::vector<Published> acknowledged_;
};

}  // namespace prove
