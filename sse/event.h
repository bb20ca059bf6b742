// Event: one thing that was published, immutable, serialised once and shared by all who send it.
// Draft is what a publisher gave; EventId the place of an event in the total order. Who may
// publish, and what number an event gets, is decided elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sse/text.h"

namespace sse {

// "<epoch>-<seq>", within [A-Za-z0-9._~-] and 64 bytes, so that a browser sends it in Last-Event-ID
// across origins without asking first.
struct EventId {
  std::string epoch;      // new whenever history starts anew
  std::uint64_t seq = 0;  // without holes, from 1; 0 is before the first event

  static std::optional<EventId> parse(std::string_view text);
  std::string print() const;
  bool operator==(const EventId&) const = default;
};

inline constexpr std::string_view default_topic = "messages";
inline constexpr std::string_view gap_type = "herald.gap";

// How `data` is to be understood by a reader that speaks JSON.
enum class Form : std::uint8_t { text, json };

struct Draft {
  std::string topic{default_topic};
  std::vector<std::string> alternates = {};  // more topics: who reads any of them gets the event
  std::string type;                          // empty: "message", as EventSource has it
  std::string data;                          // UTF-8; the text of one JSON value if `form` says so
  Form form = Form::text;
  std::string publisher_id;            // the publisher's own name for it; not the event's id
  bool is_private = false;             // only for readers whose token grants one of the topics
  std::chrono::milliseconds retry{0};  // what streams are told to wait for; 0: nothing
  // Published again under the same key it is the same event, however often it is sent (what
  // identity_of() makes of a request's Idempotency-Key); empty: none. Not part of the event.
  std::string key;

  bool operator==(const Draft&) const = default;
};

// Bytes, of any id that there is, a publisher's with Mercure's '#' before it: of a longer one,
// which names nothing, no more than this and one byte need be kept.
inline constexpr std::size_t longest_id = 257;

// A sentence that says why this cannot be published, or none.
std::optional<std::string> refusal(const Draft& draft);
// The same for a topic's name alone: 1 to 2048 bytes of UTF-8 without control characters.
std::optional<std::string> topic_refusal(std::string_view name);
// By what name Mercure's clients know an event: its publisher's, else "#<id>". A publisher's that
// would be taken for one of ours when a reader comes back with it does not count.
std::string mercure_id(std::string_view id, std::string_view publisher_id);

class Event {
 public:
  using Time = std::chrono::system_clock::time_point;

  // `draft` must not be refused.
  Event(std::string_view epoch, std::uint64_t seq, Draft draft, Time time);

  std::uint64_t seq() const { return seq_; }
  const std::string& topic() const { return topic_; }
  std::span<const std::string> alternates() const { return alternates_; }
  const std::string& type() const { return type_; }
  // As published.
  std::string_view data() const;
  Form form() const { return form_; }
  const std::string& publisher_id() const { return publisher_id_; }
  bool is_private() const { return private_; }
  std::chrono::milliseconds retry() const { return retry_; }
  Time time() const { return time_; }
  // "id: ...\nevent: ...\nretry: ...\ndata: ...\n\n"
  std::string_view block() const { return block_; }
  // The same without the line of the id.
  std::string_view block_without_id() const {
    return std::string_view(block_).substr(id_size_ + 5U);
  }
  std::string_view id() const { return std::string_view(block_).substr(4, id_size_); }
  // Bytes of memory, about.
  std::size_t weight() const { return weight_; }

 private:
  std::uint64_t seq_;
  bool private_;  // beside seq_: every reader looks at both
  Time time_;
  std::string block_;
  std::string topic_;
  std::vector<std::string> alternates_;
  std::string type_;
  std::string publisher_id_;
  std::string lines_;  // the data, if the block has it in more than one line
  std::size_t data_size_;
  std::size_t weight_;
  std::chrono::milliseconds retry_;
  std::uint8_t id_size_;
  Form form_;
};

using EventRef = std::shared_ptr<const Event>;

}  // namespace sse
