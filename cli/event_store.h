// What `[events] store` names: the sequencer that keeps events in memory, in a file or in a Redis.
#pragma once

#include <memory>

#include "cli/config.h"
#include "sse/retention.h"
#include "sse/sequencer.h"

namespace cli {

// Whether a process of which this one is the successor still has the store.
enum class Predecessor { none, leaving };

// Throws net::Error for a store that is neither a file nor a Redis; none is opened or asked.
void require_store(const Config& config);

// Throws net::Error in one sentence if the store cannot be used.
std::unique_ptr<sse::Sequencer> event_store(const Config& config, Predecessor predecessor);

// How much of which topics is kept, and what becomes of slow readers.
sse::TopicClasses topic_classes(const Config::Events& events);

}  // namespace cli
