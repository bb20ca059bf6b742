// How much of a topic's past is kept, by classes of topics that patterns name, so that a chatty
// class cannot push out what a quiet one has; and what becomes of a reader too slow for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sse {

struct Retention {
  std::size_t events = 1000;          // of each topic; 0: nothing for those who come back
  std::size_t topic_bytes = 8 << 20;  // of each topic
  std::size_t bytes = 64 << 20;       // of all topics of the class; the oldest go first
  std::chrono::seconds age{24 * 3600};
};

// For a reader that falls behind what is kept.
enum class Policy : std::uint8_t {
  gap,       // it gets what it missed from the store, or is told of the gap
  end,       // its stream ends, and it is asked to come back
  conflate,  // of events with the same key it gets the newest; the others may be skipped
};

struct TopicClass {
  std::string pattern{"*"};  // "*" stands for any run of characters
  Retention keep;
  Policy policy = Policy::gap;
};

bool matches(std::string_view pattern, std::string_view topic);

// The first whose pattern matches counts; the last is for all the others.
class TopicClasses {
 public:
  explicit TopicClasses(TopicClass rest, std::vector<TopicClass> classes = {});

  std::size_t index_of(std::string_view topic) const;
  const TopicClass& of(std::string_view topic) const { return classes_[index_of(topic)]; }
  const TopicClass& operator[](std::size_t index) const { return classes_[index]; }
  std::size_t size() const { return classes_.size(); }

 private:
  std::vector<TopicClass> classes_;
};

}  // namespace sse
