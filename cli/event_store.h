// What `[events] store` names: the sequencer that keeps events in memory or in a file.
#pragma once

#include <memory>

#include "cli/config.h"
#include "sse/retention.h"
#include "sse/sequencer.h"

namespace cli {

// Throws net::Error in one sentence if the store cannot be used.
std::unique_ptr<sse::Sequencer> event_store(const Config& config);

// How much of which topics is kept, and what becomes of slow readers.
sse::TopicClasses topic_classes(const Config::Events& events);

}  // namespace cli
