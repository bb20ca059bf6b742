// EarlyPriorities: what a client has said by PRIORITY_UPDATE of streams that it has yet to open
// (RFC 9218 section 7.1).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "server/http/message.h"

namespace h2 {

class EarlyPriorities {
 public:
  std::size_t size() const { return wishes_.size(); }
  bool has(std::uint32_t id) const {
    const auto found = std::ranges::lower_bound(wishes_, id, {}, &Wish::first);
    return found != wishes_.end() && found->first == id;
  }
  // Instead of what was said before of the same stream.
  void set(std::uint32_t id, http::Priority priority) {
    const auto place = std::ranges::lower_bound(wishes_, id, {}, &Wish::first);
    if (place != wishes_.end() && place->first == id) {
      place->second = priority;
    } else {
      wishes_.emplace(place, id, priority);
    }
  }
  // Of a stream that is opened. What was said of lower ones goes as well: they never will be.
  std::optional<http::Priority> take(std::uint32_t id) {
    if (wishes_.empty()) return std::nullopt;
    const auto end = std::ranges::upper_bound(wishes_, id, {}, &Wish::first);
    std::optional<http::Priority> own;
    if (end != wishes_.begin() && (end - 1)->first == id) own = (end - 1)->second;
    wishes_.erase(wishes_.begin(), end);
    return own;
  }

 private:
  using Wish = std::pair<std::uint32_t, http::Priority>;
  std::vector<Wish> wishes_;  // by stream
};

}  // namespace h2
