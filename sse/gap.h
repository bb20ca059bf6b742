// Gap: told to a reader whose history has a hole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sse {

// Bytes: what is echoed is bounded, whatever was sent.
inline constexpr std::size_t longest_echo = 64;

// The reasons: "expired" (older than what is kept), "epoch" (of another history), "malformed" (no
// id of ours), "ahead" (of an event that does not exist yet), "slow" (this very reader fell behind
// what is kept).
struct Gap {
  std::string requested;  // as the reader gave it, cut to longest_echo
  std::string resumed;    // id of the first event that follows, or of the newest there is
  std::string earliest;   // id of the oldest event kept of these topics; empty: none is
  // Up to this id events may be missing, also between those that follow: of several topics each has
  // lost another part of its past.
  std::string complete_after;
  std::string_view reason;

  std::string json() const;
};

}  // namespace sse
