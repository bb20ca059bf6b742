// RedisSequencer: events in a Redis Stream, for as many nodes as there are. The order comes from
// one script in the primary; each node follows the stream, so a publish on any node reaches the
// subscribers of all. Everything but the public calls runs on a thread and loop of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "server/net/loop.h"
#include "sse/fanout.h"
#include "sse/redis_archive.h"
#include "sse/redis_entry.h"
#include "sse/redis_link.h"
#include "sse/redis_scripts.h"
#include "sse/sequencer.h"

namespace sse {

class RedisSequencer final : public Sequencer, private RedisLink::Owner {
 public:
  struct Options {
    RedisAddress address;
    std::string prefix = "herald";            // of all keys: "{herald}:log" and others
    std::chrono::milliseconds timeout{2000};  // of connecting, and of each answer
    std::size_t events = 100'000;             // kept in the log, about
    std::chrono::seconds age{24 * 3600};      // of an event there
    std::chrono::seconds key_age{24 * 3600};  // of a key of idempotency
    std::size_t recent = 10'000;              // of the log, read when a history begins
    std::size_t waiting_bytes = 64 << 20;     // of drafts without an answer; more is refused
    std::function<void(const std::string&)> complain;  // from any thread; may be empty
  };

  // Waits for the first answer of Redis. Throws net::Error if that is a refusal, such as a wrong
  // password; one that cannot be reached is complained of, and awaited.
  explicit RedisSequencer(Options options);
  ~RedisSequencer() override;

  void publish(std::vector<Draft> drafts, net::Loop& home,
               std::function<void(const Published&)> done) override;
  void attach(Inbox& inbox) override { fanout_.attach(inbox); }
  void detach(Inbox& inbox, net::Loop& home) override;
  std::uint64_t newest() const override { return newest_.load(std::memory_order_acquire); }
  Archive* archive() override { return &archive_; }
  const StoreTally* tally() const override { return &tally_; }

 private:
  // Someone's call that has no answer yet.
  struct Publishing {
    std::vector<Draft> drafts;
    net::Loop* home;  // null: the loop has gone
    std::function<void(const Published&)> done;
    std::size_t bytes;
    EventIds ids;
    net::Clock::time_point sent;  // to Redis
    net::Clock::time_point due;   // when it is answered though this node has not read it yet
  };
  using Publishings = std::list<Publishing>;

  void link_ready() override;
  void link_lost(RedisClient::Ending ending, const std::string& reason) override;

  void add_head(std::vector<std::string>& words) const;
  void say_first(std::string refusal);

  void send(Publishings::iterator job);
  void published(Publishings::iterator job, const RedisReply& reply);
  void refuse(Publishings::iterator job, std::string sentence);
  void answer(Publishings::iterator job, const Published& said);
  void answer_those_read();

  void check();
  void checked(const RedisReply& reply);
  void begin(const std::string& epoch, std::uint64_t seq);
  void follow();
  void read_recent();
  void recent_read(const RedisReply& reply);
  void begin_behind();
  void look_again();
  void followed(const RedisReply& reply);
  void deliver(std::vector<RedisEntry> entries);

  const Options options_;
  const scripts::Keys keys_;
  net::Loop loop_;
  RedisArchive archive_;
  Fanout fanout_;
  StoreTally tally_;
  std::atomic<std::uint64_t> newest_ = 0;
  std::atomic<std::size_t> waiting_bytes_ = 0;

  // What this node has read.
  std::string epoch_;  // empty: nothing yet
  std::uint64_t tail_ = 0;
  std::string stamp_;          // of the event at the tail; empty: not known
  std::uint64_t begun_ = 0;    // entries up to here are of `epoch_`, whatever they say
  std::uint32_t history_ = 0;  // counts the beginnings, to tell an answer that comes late
  bool verified_ = false;      // since the link is there, the log has been found to have our tail
  bool checking_ = false;
  bool following_ = false;

  Publishings held_;          // until the log has been looked at
  Publishings publishings_;   // not answered by Redis yet
  Publishings unread_;        // published, and not read by this node yet; by due time
  std::string publish_hash_;  // by which Redis knows the script; empty: it does not
  std::string trouble_;       // why the link is not there; empty: it is
  std::promise<std::string> first_;
  bool first_said_ = false;
  net::Timer checking_time_;
  net::Timer unread_time_;
  std::unique_ptr<RedisLink> link_;
  std::thread thread_;
};

}  // namespace sse
