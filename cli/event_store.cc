#include "cli/event_store.h"

#include <utility>

#include "cli/log.h"
#include "sse/memory_sequencer.h"
#include "sse/redis_sequencer.h"
#include "sse/sqlite_sequencer.h"

namespace cli {
namespace {

sse::Policy policy_of(const std::string& name) {
  if (name == "end") return sse::Policy::end;
  if (name == "conflate") return sse::Policy::conflate;
  return sse::Policy::gap;
}

std::unique_ptr<sse::Sequencer> file_store(const Config::Events& events, Predecessor predecessor) {
  using InUse = sse::SqliteSequencer::InUse;
  sse::SqliteSequencer::Options options;
  options.in_use = predecessor == Predecessor::leaving ? InUse::awaited : InUse::refused;
  options.file = events.store;
  options.keep.sync = events.sync == "full" ? sse::Sync::full : sse::Sync::normal;
  options.keep.bytes = events.store_bytes;
  options.keep.topics = events.topics;
  options.classes = topic_classes(events);
  options.complain = [](const std::string& what) { log_warning(what); };
  return std::make_unique<sse::SqliteSequencer>(std::move(options));
}

std::unique_ptr<sse::Sequencer> redis_store(const Config::Events& events) {
  sse::RedisSequencer::Options options;
  options.address = sse::RedisAddress::parse(events.store);
  options.prefix = events.store_prefix;
  options.timeout = events.store_timeout;
  options.events = events.store_events;
  options.age = std::chrono::duration_cast<std::chrono::seconds>(events.age);
  options.complain = [](const std::string& what) { log_warning(what); };
  return std::make_unique<sse::RedisSequencer>(std::move(options));
}

bool is_file(const std::string& store) { return store.find("://") == store.npos; }

}  // namespace

void require_store(const Config& config) {
  const std::string& store = config.events.store;
  if (store.empty() || is_file(store)) return;
  blaming(config.place_of("[events] store"), [&] {
    if (sse::RedisAddress::looks_like(store)) return (void)sse::RedisAddress::parse(store);
    throw net::Error(
        "[events] store cannot be \"" + store +
        "\": name a file, such as events.db, or a Redis, such as redis://127.0.0.1:6379");
  });
}

std::unique_ptr<sse::Sequencer> event_store(const Config& config, Predecessor predecessor) {
  require_store(config);
  const std::string& store = config.events.store;
  if (store.empty()) return std::make_unique<sse::MemorySequencer>();
  std::unique_ptr<sse::Sequencer> made;
  blaming(config.place_of("[events] store"), [&] {
    made = is_file(store) ? file_store(config.events, predecessor) : redis_store(config.events);
  });
  return made;
}

sse::TopicClasses topic_classes(const Config::Events& events) {
  sse::TopicClass rest;
  rest.keep.events = events.history;
  rest.keep.bytes = events.bytes;
  rest.keep.age = std::chrono::duration_cast<std::chrono::seconds>(events.age);
  std::vector<sse::TopicClass> classes;
  for (const Config::EventTopic& topic : events.classes) {
    sse::TopicClass made = rest;
    made.pattern = topic.pattern;
    made.policy = policy_of(topic.policy);
    if (topic.history) made.keep.events = *topic.history;
    if (topic.bytes) made.keep.bytes = *topic.bytes;
    if (topic.age.count() > 0) {
      made.keep.age = std::chrono::duration_cast<std::chrono::seconds>(topic.age);
    }
    classes.push_back(std::move(made));
  }
  return sse::TopicClasses(std::move(rest), std::move(classes));
}

}  // namespace cli
