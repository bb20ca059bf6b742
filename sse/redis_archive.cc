#include "sse/redis_archive.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "sse/redis_entry.h"

namespace sse {
namespace {

constexpr std::size_t entries_of_a_page = 256;

// Patterns are for the reader to compare: this thread delivers what is new to all.
bool wanted(const Range& range, const Event& event) {
  const auto among = [&range](const std::string& topic) {
    return std::any_of(range.topics.begin(), range.topics.end(), [&](const TopicMatcher& each) {
      return !each.is_exact() || each.text() == topic;
    });
  };
  return range.topics.empty() || among(event.topic()) ||
         std::any_of(event.alternates().begin(), event.alternates().end(), among);
}

// Of what scripts::latest() returned; none if that is nothing.
std::optional<Past> newest_of(const RedisReply& reply) {
  if (reply.items.size() != 3 || reply.items[0].text.empty()) return std::nullopt;
  Past past;
  past.epoch = reply.items[0].text;
  past.newest = past.through = seq_of(reply.items[1].text);
  for (const RedisReply& item : reply.items[2].items) {
    if (auto entry = read_entry(item, past.epoch)) past.events.push_back(entry->event);
  }
  std::sort(past.events.begin(), past.events.end(),
            [](const EventRef& a, const EventRef& b) { return a->seq() < b->seq(); });
  return past;
}

// Of what scripts::read() returned; none if that is nothing.
std::optional<Past> past_of(const RedisReply& reply, const Range& range) {
  if (reply.items.size() != 5 || reply.items[0].text.empty()) return std::nullopt;
  Past past;
  past.epoch = reply.items[0].text;
  past.newest = seq_of(reply.items[1].text);
  const std::uint64_t first = seq_of(reply.items[2].text);
  past.lost = first == 0 ? past.newest : first - 1;
  if (!reply.items[4].text.empty()) past.named = seq_of(reply.items[4].text);
  const std::vector<RedisReply>& items = reply.items[3].items;
  past.through = past.named.value_or(range.after);
  std::size_t bytes = 0;
  for (const RedisReply& item : items) {
    std::optional<RedisEntry> entry = read_entry(item, past.epoch);
    if (!entry) continue;
    if (wanted(range, *entry->event)) {
      if (past.events.size() >= range.events || bytes >= range.bytes) return past;
      bytes += entry->event->weight();
      past.events.push_back(entry->event);
    }
    past.through = entry->event->seq();
  }
  if (items.size() < entries_of_a_page) past.through = std::max(past.through, past.newest);
  return past;
}

}  // namespace

void RedisArchive::read(Range range, net::Loop& home,
                        std::function<void(std::variant<Past, Refused>)> done) {
  const auto job = std::make_shared<Reading>(Reading{std::move(range), &home, std::move(done)});
  loop_.post([this, job] { ask(readings_.insert(readings_.end(), std::move(*job))); });
}

void RedisArchive::forget(const net::Loop& home) {
  for (Reading& job : readings_) {
    if (job.home == &home) job.home = nullptr;
  }
}

void RedisArchive::ask(Readings::iterator job) {
  RedisLink* link = link_();
  if (!link) return answer(job, std::nullopt);
  if (job->range.newest > 0) {
    std::vector<std::string> words = scripts::call(scripts::latest(), keys_);
    words.push_back(job->range.topics.front().text());
    return link->command(words,
                         [this, job](const RedisReply& reply) { answer(job, newest_of(reply)); });
  }
  std::vector<std::string> words = scripts::call(scripts::read(), keys_);
  words.push_back(std::to_string(job->range.after));
  words.push_back(std::to_string(entries_of_a_page));
  words.push_back(job->range.named.empty() ? "" : keys_.name + job->range.named);
  link->command(words,
                [this, job](const RedisReply& reply) { answer(job, past_of(reply, job->range)); });
}

void RedisArchive::answer(Readings::iterator job, std::optional<Past> past) {
  std::variant<Past, Refused> said = Refused{503, "The events' store is away."};
  if (past) said = *std::move(past);
  if (job->home) {
    job->home->post([done = std::move(job->done), said = std::move(said)] { done(said); });
  }
  readings_.erase(job);
}

}  // namespace sse
