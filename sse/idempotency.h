// Idempotency: what a request's Idempotency-Key stands for. Publishers choose their keys without
// knowing of each other, so a key counts for the topics of its event alone: who may publish to
// others does not have an event dropped for it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sse/event.h"

namespace sse {

// A sentence that says why this cannot be a key, or none. Empty is none.
std::optional<std::string> key_refusal(std::string_view key);

// Draft::key of what is published under `key`, which is not empty. `place`: in a batch, from 1; 0:
// the request is of one event.
std::string identity_of(std::string_view key, std::size_t place, const Draft& draft);

}  // namespace sse
