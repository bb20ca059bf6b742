#include "prove/ledger.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace prove {
namespace {

constexpr std::size_t most_violations = 20;  // that are told in words

struct Known {
  std::string topic;  // empty: of somebody else, to one of ours
  std::string data;
};
using History = std::map<std::uint64_t, Known>;  // of one epoch, by seq
using Histories = std::map<std::string, History>;

}  // namespace

std::optional<Id> Id::parse(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);  // as Mercure's streams write it
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  Id id{std::string(text.substr(0, dash)), 0};
  const std::string_view digits = text.substr(dash + 1);
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), id.seq);
  if (error != std::errc() || end != digits.end()) return std::nullopt;
  return id;
}

void Record::event(Id id, std::string topic, std::string data) {
  seen_.push_back({Seen::Kind::event, std::move(id), std::move(topic), std::move(data)});
}

void Record::others(Id id) { seen_.push_back({Seen::Kind::others, std::move(id), {}, {}}); }

void Record::checkpoint(Id id) { seen_.push_back({Seen::Kind::checkpoint, std::move(id), {}, {}}); }

void Record::gap(std::string reason, Id complete_after) {
  seen_.push_back({Seen::Kind::gap, std::move(complete_after), {}, std::move(reason)});
}

void Judgement::violated(std::string what) {
  ++violation_count;
  if (violations.size() < most_violations) violations.push_back(std::move(what));
}

void Ledger::acknowledged(const Id& id, const std::string& topic, const std::string& data) {
  const std::lock_guard lock(mutex_);
  acknowledged_.push_back({id, topic, data});
}

namespace {

// Goes through what one reader was told.
class Judge {
 public:
  Judge(Judgement& judgement, const Histories& histories, const Ending& ending, Tally& tally,
        std::string reader, const std::set<std::string>& topics)
      : judgement_(judgement),
        histories_(histories),
        ending_(ending),
        tally_(tally),
        reader_(std::move(reader)),
        topics_(topics) {}

  // Whatever is missing from here to `complete_after` has been told of. Of another epoch: that
  // history is given from its beginning.
  void gap(const std::string& reason, const Id& complete_after) {
    ++tally_.gaps;
    if (!at_) return;
    // Told again by the next connection, before anything was given, it is the same gap.
    std::uint64_t missing = just_told_ && !told_.empty() ? told_.back().missing : 0;
    if (at_->epoch != complete_after.epoch) {
      told_.clear();
      at_ = Id{complete_after.epoch, 0};
      missing = 1;  // what the other lost is not known
    } else if (reason == "ahead" && !is_last(at_->epoch)) {
      // The store has lost its newest, our place among them, and whoever knew of those has begun
      // another epoch since. In one that goes on to the end nothing was lost that had been given.
      place_lost_ = true;
      missing = 1;
    }
    told_.push_back({reason, *at_, complete_after.seq, missing});
    just_told_ = true;
  }

  // `upto`: whether the event at `id` itself ought to have been given before.
  enum class Upto { before, including };
  void reach(const Id& id, Upto upto) {
    if (at_ && at_->epoch != id.epoch) {
      violation("came from " + at_->print() + " to " + id.print() + " without a gap");
      told_.clear();
    } else if (at_) {
      const bool back = upto == Upto::before ? id.seq <= at_->seq : id.seq < at_->seq;
      if (back && !place_lost_) {
        just_told_ = false;
        ++tally_.repeated;
        return violation("was given " + id.print() + " after " + at_->print());
      }
      if (!back) miss(id.seq, upto, id.print());
    }
    at_ = id;
    just_told_ = place_lost_ = false;
    close_gaps(id.seq);
  }

  // Nothing more comes. `refusal`: the last answer that it had in place of a stream.
  void end(const std::string& refusal) {
    if (!at_) return violation("was never given an id (" + refusal + ")");
    if (ending_.epochs.empty()) return;  // nobody knows what there is
    if (!is_last(at_->epoch)) return left_behind();
    miss(~std::uint64_t{0}, Upto::before, "the end");
    close_gaps(~std::uint64_t{0});
  }

 private:
  struct Told {
    std::string reason;
    Id at;
    std::uint64_t until;
    std::uint64_t missing;  // so far
  };

  bool is_last(const std::string& epoch) const { return ending_.epochs.contains(epoch); }

  // Another epoch has begun, and it was not told.
  void left_behind() {
    std::uint64_t missed = 0;
    for (const std::string& epoch : ending_.epochs) {
      const auto history = histories_.find(epoch);
      if (history == histories_.end()) continue;
      for (const auto& [seq, event] : history->second) missed += topics_.contains(event.topic);
    }
    tally_.lost += missed;
    violation("ended at " + at_->print() + ", and was told neither of a gap nor of the " +
              std::to_string(missed) + " events of " + *ending_.epochs.rbegin());
  }

  // The events of our topics from here to a seq have not been given.
  void miss(std::uint64_t until, Upto upto, const std::string& end) {
    const auto history = histories_.find(at_->epoch);
    if (history == histories_.end()) return;
    const auto first = history->second.upper_bound(at_->seq);
    const auto last = upto == Upto::before ? history->second.lower_bound(until)
                                           : history->second.upper_bound(until);
    std::uint64_t untold = 0;
    for (auto event = first; event != last; ++event) {
      const bool owed = topics_.contains(event->second.topic);
      if (!owed && !event->second.topic.empty()) continue;
      if (!excuse(event->first) && owed) ++untold;
    }
    if (untold == 0) return;
    tally_.lost += untold;
    violation("missed " + std::to_string(untold) + " between " + at_->print() + " and " + end);
  }

  bool excuse(std::uint64_t seq) {
    bool excused = false;
    for (Told& gap : told_) {
      if (seq > gap.until) continue;
      ++gap.missing;
      excused = true;
    }
    return excused;
  }

  // Those that say nothing of what comes after `seq`.
  void close_gaps(std::uint64_t seq) {
    for (const Told& gap : told_) {
      if (gap.until > seq || gap.missing > 0) continue;
      ++tally_.needless;
      violation("was told of a gap (" + gap.reason + ") between " + gap.at.print() + " and " +
                std::to_string(gap.until) + ", where nothing is missing");
    }
    std::erase_if(told_, [seq](const Told& gap) { return gap.until <= seq; });
  }

  void violation(const std::string& what) { judgement_.violated(reader_ + " " + what); }

  Judgement& judgement_;
  const Histories& histories_;
  const Ending& ending_;
  Tally& tally_;
  const std::string reader_;
  const std::set<std::string>& topics_;
  std::optional<Id> at_;
  std::vector<Told> told_;   // gaps, by which what is missing yet may be excused
  bool just_told_ = false;   // and nothing has been given since
  bool place_lost_ = false;  // likewise, and what comes may be what it had already
};

}  // namespace

Judgement Ledger::judge(const std::vector<const Record*>& records, const Ending& ending) const {
  Judgement judgement;
  Histories histories;
  std::map<std::pair<std::string, std::string>, std::uint64_t> first_seqs;  // by epoch and data
  const auto learn = [&](const Id& id, const std::string& topic, const std::string& data) {
    const auto [place, fresh] = histories[id.epoch].emplace(id.seq, Known{topic, data});
    judgement.epochs.insert(id.epoch);
    if (!fresh && (place->second.topic != topic || place->second.data != data)) {
      judgement.violated(id.print() + " is two events: " + place->second.data + " and " + data);
    }
    if (!fresh || topic.empty()) return;
    const auto [first, once] = first_seqs.try_emplace({id.epoch, data}, id.seq);
    if (once) return;
    ++judgement.twice;
    judgement.violated(data + " was published twice: it is " + Id{id.epoch, first->second}.print() +
                       " and " + id.print());
  };
  {
    const std::lock_guard lock(mutex_);
    judgement.acknowledged = acknowledged_.size();
    for (const Published& each : acknowledged_) learn(each.id, each.topic, each.data);
  }
  for (const Record* record : records) {
    for (const Record::Seen& seen : record->seen_) {
      if (seen.kind == Record::Seen::Kind::event) learn(seen.id, seen.topic, seen.text);
      if (seen.kind == Record::Seen::Kind::others) learn(seen.id, {}, "somebody else's");
    }
  }
  if (judgement.acknowledged == 0) judgement.violated("no event was acknowledged");
  for (const std::string& publisher : ending.unheard) {
    judgement.violated("publisher " + publisher + ": its last events were not acknowledged");
  }
  if (ending.epochs.size() > 1) {
    judgement.violated("the last events are of " + std::to_string(ending.epochs.size()) +
                       " epochs: the nodes do not agree on one");
  }
  std::size_t number = 0;
  for (const Record* record : records) {
    Tally& tally = judgement.kinds[record->kind_];
    ++tally.readers;
    tally.connections += record->connections_;
    Judge judge(judgement, histories, ending, tally, record->kind_ + " " + std::to_string(++number),
                record->topics_);
    for (const Record::Seen& seen : record->seen_) {
      switch (seen.kind) {
        case Record::Seen::Kind::gap:
          judge.gap(seen.text, seen.id);
          break;
        case Record::Seen::Kind::checkpoint:
          judge.reach(seen.id, Judge::Upto::including);
          break;
        case Record::Seen::Kind::others:
          judge.reach(seen.id, Judge::Upto::before);
          break;
        case Record::Seen::Kind::event:
          ++tally.events;
          judge.reach(seen.id, Judge::Upto::before);
          break;
      }
    }
    judge.end(record->refusal_);
  }
  for (const auto& [kind, tally] : judgement.kinds) {
    if (tally.events > 0) continue;
    judgement.violated(kind + ": no event was given to any of " + std::to_string(tally.readers));
  }
  return judgement;
}

}  // namespace prove
