// Replica: a worker's own copy of the recent log, by topic, read without locks on the worker's
// thread. It knows which topics there are, and remembers what is not here any more; what is kept of
// them is for the Shelves, patterns are for the Views, and order and ids come from the Sequencer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/net/loop.h"
#include "server/net/slice.h"
#include "sse/event.h"
#include "sse/page_room.h"
#include "sse/retention.h"
#include "sse/shelves.h"
#include "sse/topic.h"
#include "sse/topic_matcher.h"
#include "sse/views.h"

namespace sse {

class Archive;

class Replica final : private Shelves::Owner, private Views::Owner {
 public:
  struct Options {
    std::size_t events_per_topic = 1000;
    std::size_t bytes_per_topic =
        8 << 20;                   // so that a chatty topic does not cost a quiet one its past
    std::size_t bytes = 64 << 20;  // in all; the oldest go first
    std::chrono::seconds age{3600};
    std::size_t topics = 10'000;  // with events or readers
    std::size_t patterns = 1000;  // with readers; each new topic is compared with all of them
    std::size_t events_per_pattern = 10'000;
    std::size_t page_bytes = 8 << 20;  // of the archive's pages, of all readers together
    // The hub's own topics begin so; empty: there are none. Anybody can make it speak there: what
    // is kept of them, and how many, is counted apart, and takes nothing from the others.
    std::string hub_prefix = {};
    std::size_t hub_topics = 1000;    // without readers
    std::size_t hub_bytes = 1 << 20;  // of these topics; of the patterns that match them, eightfold
    // Of topics for which other bounds hold; what the above says is for all the others. Each class
    // keeps its own bytes, and so loses nothing to another.
    std::vector<TopicClass> classes = {};
  };

  // `loop` must outlive it, and so must `archive`: where older events are. Null: nowhere.
  Replica(net::Loop& loop, Options options, Archive* archive = nullptr);
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // Both as Inbox has them. Returns how many have been applied: fewer than all if what they cost,
  // comparisons of new topics and copies into views, has used up `slice` (null: no bound). The next
  // call then begins with the first of the others, of which some topics may have it already; it
  // counts as the newest when all have.
  void start(std::string epoch, std::uint64_t tail);
  std::size_t apply(std::span<const EventRef> events, net::Slice* slice = nullptr);

  net::Loop& loop() const { return loop_; }
  Archive* archive() const { return archive_; }
  PageRoom& page_room() { return page_room_; }  // for those who read the archive
  // False until the Sequencer has been heard of: nothing can be promised to a reader.
  bool started() const { return generation_ != 0; }
  const std::string& epoch() const { return epoch_; }
  // Of the histories before the present epoch began.
  const std::string& previous_epoch() const { return previous_epoch_; }
  std::uint64_t tail() const { return tail_; }
  EventId id(std::uint64_t seq) const { return {.epoch = epoch_, .seq = seq}; }
  // "id: <tail>\n\n", which moves a reader's resume point and is no event.
  std::string_view checkpoint() const { return checkpoint_; }
  // Counts the beginnings: of histories, and behind a hole in one. A reader that knows another
  // number has missed something.
  std::uint32_t generation() const { return generation_; }
  // The first generation of the present epoch: to a reader of an earlier one its ids mean nothing.
  std::uint32_t epoch_began() const { return epoch_began_; }
  std::uint64_t events() const { return events_; }  // ever applied
  // Grows with every event that is put into a log here, or dropped.
  std::uint64_t revision() const { return revision_; }
  std::size_t topics() const { return topics_.size(); }
  std::size_t bytes() const { return shelves_.bytes(); }

  // Whether readers may join all of `wanted`.
  bool has_room(std::span<const TopicMatcher> wanted) const;
  // The topic is kept until the reader leaves. There must be room.
  Topic& join(const TopicMatcher& wanted);
  Topic& join(std::string_view name);
  void leave(Topic& topic);
  // Null if there is nothing of that name.
  const Topic* find(std::string_view name) const;
  // The same; what a pattern matches is gathered first, in the order of the history.
  const Topic* find(const TopicMatcher& wanted);
  // So many topics at most, in the order of their names, behind that name, if one is given. Returns
  // the last of them; null: there is none behind these.
  const Topic* each_topic(const std::optional<std::string>& behind, std::size_t most,
                          const std::function<void(const Topic& topic)>& look) const;
  // For a pattern the hub's own topics are apart: join(), find() and lost() are of all others, and
  // these of them. Whether there are any that `wanted`, a pattern, may match.
  bool reaches_hub(const TopicMatcher& wanted) const;
  Topic& join_hub(const TopicMatcher& wanted);
  const Topic& find_hub(const TopicMatcher& wanted);

  // For a pattern that is new, join(), find() and lost() compare each topic with it, and copy what
  // is kept of those that match: long work where there are many. These do it in pieces, for one
  // pattern at a time. `hubs`: of the hub's own topics.
  bool is_gathered(const TopicMatcher& pattern, bool hubs) const;
  // A piece. True: now it is; a reader should join before the next turn.
  bool gather(const TopicMatcher& pattern, bool hubs);
  // Nobody wants it any more.
  void stop_gathering();

  // The hub's own topics begin so from now on.
  void use_hub_prefix(std::string prefix) { hub_prefix_ = std::move(prefix); }
  // Events of these topics up to that seq may be missing here.
  std::uint64_t lost(const TopicMatcher& wanted);
  std::uint64_t lost(std::string_view name) const;
  // Policy::conflate: whether newer events stand for `event` in all of its topics that `wanted`
  // matches.
  bool superseded(const TopicMatcher& wanted, const Event& event) const;
  // Of the oldest event here to which its publisher gave that id.
  std::optional<std::uint64_t> seq_of(std::string_view publisher_id) const;

 private:
  // The hub's own topics, or all others.
  struct Realm {
    std::size_t most_topics;  // without readers, if they are the hub's
    Views views;
    std::size_t topics = 0;
    std::uint64_t forgotten = 0;  // highest seq of any topic that is not here any more
  };

  bool append(const EventRef& event, net::Slice* slice);
  void append(const EventRef& event, const std::string& name);
  void put(const EventRef& event, Topic& log) override;
  void dropping(const Topic& log, const Event& oldest) override;
  void pushed_out(Topic& log) override;
  void expired(Topic& log) override;
  void forgetting(Topic& view) override;
  bool is_hubs(std::string_view name) const {
    return !hub_prefix_.empty() && name.starts_with(hub_prefix_);
  }
  Realm& realm(bool hubs) { return hubs ? hub_ : others_; }
  const Realm& realm(bool hubs) const { return hubs ? hub_ : others_; }
  Realm& realm_of(const Topic& log) { return realm(hub_.views.covers(log)); }
  bool make_room(Realm& realm);
  void forget(Topic& topic);
  Topic& make_topic(std::string_view name);
  Topic& view_of(const TopicMatcher& pattern, Realm& realm);
  void touch(Topic& log);
  void wake();

  net::Loop& loop_;
  const Options options_;
  Archive* const archive_;
  PageRoom page_room_;
  std::string epoch_;
  std::string previous_epoch_;
  std::string checkpoint_;
  std::uint64_t tail_ = 0;
  std::size_t placed_ = 0;   // topics of the event behind the tail that have it
  std::size_t unasked_ = 0;  // comparisons and copies since a slice was asked
  std::uint64_t events_ = 0;
  std::uint64_t revision_ = 0;
  std::uint32_t generation_ = 0;
  std::uint32_t epoch_began_ = 0;
  std::size_t read_topics_ = 0;  // those with readers
  Topics topics_;
  const TopicClasses classes_;
  const bool conflates_;  // some class does
  Shelves shelves_;       // one for each class, then the hub's, the views', the hub's views'
  Realm others_;
  Realm hub_;
  std::string hub_prefix_;
  std::multimap<std::string_view, std::uint64_t>
      named_;  // by their publishers; views of the events
  std::vector<Topic*> touched_;
};

}  // namespace sse
