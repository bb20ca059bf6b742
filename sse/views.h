// Views: the logs of patterns. A view has the events of every topic that its pattern matches. A new
// one is filled by a Gathering, in pieces if wanted; one without readers is kept a while for who
// comes back, and then forgotten, in pieces as well. On the loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/net/chore.h"
#include "server/net/loop.h"
#include "sse/event.h"
#include "sse/gathering.h"
#include "sse/parsed_topic.h"
#include "sse/shelves.h"
#include "sse/topic.h"
#include "sse/topic_matcher.h"

namespace sse {

class Views {
 public:
  // Whose topics they are of.
  class Owner {
   public:
    // Into the view, whose readers are to be woken.
    virtual void put(const EventRef& event, Topic& view) = 0;
    // The view is about to be forgotten, and has no readers.
    virtual void forgetting(Topic& view) = 0;

   protected:
    ~Owner() = default;
  };
  // Of which topics: those on the shelves [first, end). The views stand on another.
  struct Place {
    std::size_t first;
    std::size_t end;
    std::size_t views;
  };

  // All outlive it.
  Views(net::Loop& loop, Topics& topics, Shelves& shelves, Owner& owner, Place place)
      : topics_(topics), shelves_(shelves), owner_(owner), place_(place), sweeping_(loop, [this] {
          return sweep();
        }) {}
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  const Place& place() const { return place_; }
  // Whether it is one of the views, or of the topics that they may have.
  bool covers(const Topic& log) const { return is_of(log) || log.shelf() == place_.views; }
  bool has(const TopicMatcher& pattern) const { return all_.contains(pattern); }
  std::size_t size() const { return all_.size(); }
  std::size_t with_readers() const { return read_; }

  // The view of that pattern, filled at once if it is new. `lost`: up to that seq there may have
  // been events of topics that are not here any more.
  Topic& of(const TopicMatcher& pattern, std::uint64_t lost);
  Topic& read(Topic& view);  // another reader has it
  void leave(Topic& view);   // one has it no more

  // A new view in pieces, for one pattern at a time.
  bool is_gathered(const TopicMatcher& pattern) const;
  // A piece. True: now it is; a reader should come before the next turn.
  bool gather(const TopicMatcher& pattern, std::uint64_t lost);
  // Nobody wants it any more.
  void stop_gathering();

  // ---- of what the topics get
  // The topic is new: it learns its views.
  void link(Topic& topic);
  // The topic is about to go.
  void unlink(Topic& topic);
  // An event of one of the view's topics.
  void add(const EventRef& event, Topic& view);
  // An event of a topic that is not kept.
  void add(const EventRef& event, const ParsedTopic& topic);
  // Those without readers go.
  void forget_idle() { forget_idle(idle_.size()); }
  void forget(Topic& view);
  // A new history begins, of which `lost` is missing: `restart` does so for each view.
  void restart(std::uint64_t lost, const std::function<void(Topic&)>& restart);

 private:
  using All = std::map<TopicMatcher, std::unique_ptr<Topic>>;

  bool is_of(const Topic& topic) const {
    return topic.shelf() >= place_.first && topic.shelf() < place_.end;
  }
  std::unique_ptr<Gathering> begin_gathering(const TopicMatcher& pattern, std::uint64_t lost);
  bool gather(Gathering& work);
  void compare(Gathering& work);
  void finish(Gathering& work);
  void give_up(Gathering& work);
  void forget_idle(std::size_t count);
  void bury(Topic& view);
  bool sweep();

  Topics& topics_;
  Shelves& shelves_;
  Owner& owner_;
  const Place place_;
  All all_;
  std::size_t read_ = 0;
  std::vector<Topic*> idle_;              // without readers
  std::unique_ptr<Gathering> gathering_;  // under way in pieces; null: none
  // Forgotten views: first every topic has to forget them as well, then they go, all in pieces.
  std::vector<All::node_type> buried_;
  std::vector<All::node_type> swept_;    // of whom topics are being asked, or have been
  std::optional<std::string> swept_to_;  // the last topic that was; none: not begun
  bool unlinked_ = false;                // all have been
  net::Chore sweeping_;
};

}  // namespace sse
