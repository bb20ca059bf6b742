#include "sse/redis_sequencer.h"

#include <algorithm>
#include <random>
#include <utility>

#include "server/net/error.h"
#include "sse/memory_sequencer.h"
#include "sse/redis_scripts.h"

namespace sse {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr milliseconds checking_interval{2000};
constexpr milliseconds longest_wait{1000};  // of XREAD, and of an answer for this node to read
constexpr const char* entries_at_once = "1000";

std::int64_t now_ms() {
  return std::chrono::duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

RedisSequencer::RedisSequencer(Options options)
    : options_(std::move(options)),
      keys_(options_.prefix),
      archive_(loop_, keys_,
               [this] { return link_->ready() && verified_ ? link_.get() : nullptr; }),
      checking_time_(loop_, [this] { check(); }),
      unread_time_(loop_, [this] { answer_those_read(); }),
      link_(std::make_unique<RedisLink>(loop_,
                                        RedisClient::Options{options_.address, options_.timeout},
                                        static_cast<RedisLink::Owner&>(*this))) {
  loop_.on_exception([this](const std::exception& error) { link_->drop(net::reason_of(error)); });
  std::future<std::string> first = first_.get_future();
  thread_ = std::thread([this] { loop_.run(); });
  const std::string refusal = first.get();
  if (refusal.empty()) return;
  loop_.post([this] { loop_.stop(); });
  thread_.join();
  throw net::Error("the events' store refused: " + refusal + ": see [events] store");
}

RedisSequencer::~RedisSequencer() {
  if (!thread_.joinable()) return;
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

void RedisSequencer::say_first(std::string refusal) {
  if (!std::exchange(first_said_, true)) first_.set_value(std::move(refusal));
}

void RedisSequencer::detach(Inbox& inbox, net::Loop& home) {
  fanout_.detach(inbox);
  std::promise<void> gone;
  loop_.post([&] {
    for (Publishings* jobs : {&held_, &publishings_, &unread_}) {
      for (Publishing& job : *jobs) {
        if (job.home == &home) job.home = nullptr;
      }
    }
    archive_.forget(home);
    gone.set_value();
  });
  gone.get_future().wait();
}

// ---------------------------------------------------------------------------------------- the link

void RedisSequencer::link_ready() {
  verified_ = false;
  checking_ = following_ = false;
  link_->command({"SCRIPT", "LOAD", scripts::publish()}, [this](const RedisReply& reply) {
    publish_hash_ = reply.failed() ? "" : reply.text;
  });
  check();
}

void RedisSequencer::link_lost(RedisClient::Ending ending, const std::string& reason) {
  verified_ = false;
  checking_time_.stop();
  if (ending == RedisClient::Ending::refused && !first_said_) return say_first(reason);
  say_first("");
  if (trouble_.empty() && options_.complain) {
    options_.complain("the events' store is away: " + reason +
                      "; open streams wait for it, publishing is answered 503");
  }
  trouble_ = reason;
  publishings_.splice(publishings_.end(), held_);
  while (!publishings_.empty()) send(publishings_.begin());  // refuses
}

// The head of the log, the first words of ARGV: what this node knows of it.
void RedisSequencer::add_head(std::vector<std::string>& words) const {
  for (std::string word :
       {random_epoch(), epoch_, std::to_string(tail_), stamp_, std::to_string(newest())}) {
    words.push_back(std::move(word));
  }
}

// Whether the log is the one that this node has read, and has what it has read.
void RedisSequencer::check() {
  if (!link_->ready() || std::exchange(checking_, true)) return;
  std::vector<std::string> words = scripts::call(scripts::check(), keys_);
  add_head(words);
  const milliseconds age = options_.age;
  words.push_back(std::to_string(now_ms() - age.count()));
  link_->command(words, [this](const RedisReply& reply) {
    checking_ = false;
    checked(reply);
  });
}

void RedisSequencer::checked(const RedisReply& reply) {
  if (reply.kind == RedisReply::Kind::lost) return;
  if (reply.items.size() != 2) {
    const std::string reason = reply.text.empty() ? "it is no Redis of ours" : reply.text;
    if (!first_said_) return say_first(link_->place() + ": " + reason);
    return link_->drop(reason);
  }
  const std::uint64_t seq = seq_of(reply.items[1].text);
  if (reply.items[0].text != epoch_) {
    begin(reply.items[0].text, seq);
  } else {
    newest_.store(std::max(seq, newest()), std::memory_order_release);
  }
  verified_ = true;
  checking_time_.start(checking_interval);
  say_first("");
  if (!trouble_.empty() && options_.complain) options_.complain("the events' store is back");
  trouble_.clear();
  while (!held_.empty()) {
    const auto job = held_.begin();
    publishings_.splice(publishings_.end(), held_, job);
    send(job);
  }
  follow();
}

// Another log, or another number for the same events: what was known means nothing.
void RedisSequencer::begin(const std::string& epoch, std::uint64_t seq) {
  epoch_ = epoch;
  begun_ = seq;
  tail_ = seq - std::min<std::uint64_t>(seq, options_.recent);
  stamp_.clear();
  ++history_;
  newest_.store(seq, std::memory_order_release);
  fanout_.start(epoch_, tail_);
  answer_those_read();
}

// ------------------------------------------------------------------------------------ following

void RedisSequencer::follow() {
  if (!link_->ready() || !verified_ || std::exchange(following_, true)) return;
  if (tail_ < begun_) return read_recent();
  const std::vector<std::string> words{"XREAD",
                                       "COUNT",
                                       entries_at_once,
                                       "BLOCK",
                                       std::to_string(longest_wait.count()),
                                       "STREAMS",
                                       keys_.log,
                                       std::to_string(tail_) + "-0"};
  link_->wait(words, longest_wait, [this, asked = history_](const RedisReply& reply) {
    if (reply.kind == RedisReply::Kind::lost) return;
    following_ = false;
    if (asked == history_) followed(reply);
    follow();
  });
}

// What the log had when this history began. Entries of before carry other epochs, so that of them
// alone nobody could tell whether the log has begun anew since: they come together with its head.
void RedisSequencer::read_recent() {
  std::vector<std::string> words = scripts::call(scripts::read(), keys_);
  for (std::string word : {std::to_string(tail_), std::string(entries_at_once), std::string()}) {
    words.push_back(std::move(word));
  }
  link_->command(words, [this, asked = history_](const RedisReply& reply) {
    if (reply.kind == RedisReply::Kind::lost) return;
    following_ = false;
    if (asked == history_) recent_read(reply);
    follow();
  });
}

void RedisSequencer::recent_read(const RedisReply& reply) {
  if (reply.items.size() != 5) return link_->drop(reply.text);
  if (reply.items[0].text != epoch_) return look_again();
  std::vector<RedisEntry> entries;
  for (const RedisReply& item : reply.items[3].items) {
    if (std::optional<RedisEntry> entry = read_entry(item, epoch_)) {
      entries.push_back(*std::move(entry));
    }
  }
  if (entries.empty()) return begin_behind();
  deliver(std::move(entries));
}

// There is nothing of before any more: readers begin where the log goes on. Further back, they
// would be told that they miss what they never asked for.
void RedisSequencer::begin_behind() {
  tail_ = begun_;
  fanout_.start(epoch_, tail_);
  answer_those_read();
}

// The log has begun anew since it was looked at.
void RedisSequencer::look_again() {
  verified_ = false;
  check();
}

void RedisSequencer::followed(const RedisReply& reply) {
  if (reply.kind == RedisReply::Kind::error) return link_->drop(reply.text);
  if (reply.items.empty() || reply.items[0].items.size() != 2) return;
  std::vector<RedisEntry> entries;
  for (const RedisReply& item : reply.items[0].items[1].items) {
    std::optional<RedisEntry> entry = read_entry(item, epoch_);
    if (!entry) continue;
    if (entry->epoch != epoch_) {
      look_again();
      break;
    }
    entries.push_back(*std::move(entry));
  }
  if (!entries.empty()) deliver(std::move(entries));
}

void RedisSequencer::deliver(std::vector<RedisEntry> entries) {
  std::vector<EventRef> events;
  const auto flush = [&] {
    fanout_.deliver(events);
    events.clear();
  };
  for (RedisEntry& entry : entries) {
    if (entry.event->seq() != tail_ + 1) {
      // What was between has been trimmed before this node came to read it.
      flush();
      fanout_.start(epoch_, entry.event->seq() - 1);
    }
    tail_ = entry.event->seq();
    stamp_ = std::move(entry.stamp);
    events.push_back(std::move(entry.event));
  }
  newest_.store(std::max(tail_, newest()), std::memory_order_release);
  flush();
  answer_those_read();
}

}  // namespace sse
