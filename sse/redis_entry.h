// An event as it is written in a Redis Stream: the fields of an entry whose id is "<seq>-0".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sse/event.h"
#include "sse/redis_client.h"

namespace sse {

struct RedisEntry {
  std::string epoch;  // in which it was published
  std::string stamp;  // of this one publishing: the same seq with another stamp is another event
  EventRef event;
};

// Of a number, or of an entry's id, "<seq>-0"; 0 if it is neither.
std::uint64_t seq_of(std::string_view text);

// "f1", "v1", ... for XADD, but for the epoch, which the script adds. `stamp` is random.
std::vector<std::string> fields_of(const Draft& draft, std::int64_t time_ms,
                                   const std::string& stamp);

// `entry` as XRANGE and XREAD give it; its id is printed with `epoch`, or with its own if that is
// empty. None if it is not an entry of ours.
std::optional<RedisEntry> read_entry(const RedisReply& entry, const std::string& epoch);

}  // namespace sse
