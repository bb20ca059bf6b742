// Of the RedisSequencer: publishing. A job waits in `held_` until the log has been looked at, in
// `publishings_` until Redis has answered, and in `unread_` until this node has read what it
// published.
#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include "sse/redis_sequencer.h"

namespace sse {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr milliseconds longest_wait{1000};  // of an answer, for this node to read the event

std::int64_t now_ms() {
  return std::chrono::duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string fresh_stamp() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return std::to_string(random());
}

}  // namespace

void RedisSequencer::publish(std::vector<Draft> drafts, net::Loop& home,
                             std::function<void(const Published&)> done) {
  std::optional<Refused> refused;
  std::size_t bytes = 0;
  for (const Draft& draft : drafts) {
    if (auto reason = refusal(draft)) refused = Refused{400, *std::move(reason)};
    bytes += sizeof(Draft) + draft.data.size();
  }
  if (!refused && waiting_bytes_.load(std::memory_order_relaxed) + bytes > options_.waiting_bytes) {
    refused = Refused{503, "Events come faster than their store takes them."};
  }
  if (refused) {
    return home.post([done = std::move(done), said = *std::move(refused)] { done(said); });
  }
  waiting_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  const auto job = std::make_shared<Publishing>(
      Publishing{std::move(drafts), &home, std::move(done), bytes, {}, {}, {}});
  loop_.post([this, job] { send(publishings_.insert(publishings_.end(), std::move(*job))); });
}

void RedisSequencer::send(Publishings::iterator job) {
  if (!link_->ready()) {
    return refuse(job, "The event was not published: its store is away (" + trouble_ + ").");
  }
  if (!verified_) return held_.splice(held_.end(), publishings_, job);
  std::vector<std::string> words = scripts::call(scripts::publish(), keys_);
  if (!publish_hash_.empty()) {
    words[0] = "EVALSHA";
    words[1] = publish_hash_;
  }
  add_head(words);
  words.push_back(keys_.key);
  words.push_back(std::to_string(options_.key_age.count()));
  words.push_back(std::to_string(options_.events));
  words.push_back(keys_.name);
  words.push_back(std::to_string(options_.age.count()));
  const std::int64_t now = now_ms();
  for (const Draft& draft : job->drafts) {
    std::vector<std::string> fields = fields_of(draft, now, fresh_stamp());
    words.push_back(draft.key);
    words.push_back(draft.publisher_id);
    words.push_back(std::to_string(fields.size()));
    std::move(fields.begin(), fields.end(), std::back_inserter(words));
  }
  job->sent = loop_.now();
  link_->command(words, [this, job](const RedisReply& reply) { published(job, reply); });
}

void RedisSequencer::published(Publishings::iterator job, const RedisReply& reply) {
  if (reply.kind == RedisReply::Kind::lost) {
    return refuse(job, "The store went away before it answered (" + reply.text +
                           "): the event may have been published or not. Publish it again with the "
                           "same idempotency key.");
  }
  if (reply.text.starts_with("NOSCRIPT")) {
    publish_hash_.clear();
    return send(job);
  }
  if (reply.items.size() != job->drafts.size() + 1) {
    refuse(job, "The event was not published: its store refused it (" + reply.text + ").");
    if (reply.text.starts_with("READONLY")) link_->drop("it has become a replica");
    return;
  }
  const std::string& epoch = reply.items[0].text;
  std::uint64_t newest = 0;
  for (std::size_t i = 1; i < reply.items.size(); ++i) {
    job->ids.push_back({.epoch = epoch, .seq = seq_of(reply.items[i].text)});
    newest = std::max(newest, job->ids.back().seq);
  }
  if (epoch != epoch_) {
    check();
  } else {
    newest_.store(std::max(newest, newest_.load()), std::memory_order_release);
  }
  tally_.written(loop_.now() - job->sent);
  job->due = loop_.now() + longest_wait;
  unread_.splice(unread_.end(), publishings_, job);
  answer_those_read();
}

// A publisher hears of its event when the readers of this node can have it.
void RedisSequencer::answer_those_read() {
  for (auto at = unread_.begin(); at != unread_.end();) {
    const auto job = at++;
    const bool read = std::all_of(job->ids.begin(), job->ids.end(), [this](const EventId& id) {
      return id.epoch == epoch_ && id.seq <= tail_;
    });
    if (read || job->due <= loop_.now()) answer(job, Published(job->ids));
  }
  if (!unread_.empty()) unread_time_.start(unread_.front().due - loop_.now());
}

void RedisSequencer::refuse(Publishings::iterator job, std::string sentence) {
  tally_.failed();
  answer(job, Published(Refused{503, std::move(sentence)}));
}

void RedisSequencer::answer(Publishings::iterator job, const Published& said) {
  waiting_bytes_.fetch_sub(job->bytes, std::memory_order_relaxed);
  if (job->home) job->home->post([done = std::move(job->done), said] { done(said); });
  Publishings& list = job->ids.empty() ? publishings_ : unread_;
  list.erase(job);
}

}  // namespace sse
