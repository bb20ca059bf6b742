// EventParser: text/event-stream as a client reads it (WHATWG HTML section 9.2.6), from pieces of
// any size. An event that is cut off is never given.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

struct StreamEvent {
  std::string id;  // the last one seen
  std::string type;
  std::string data;
};

class EventParser {
 public:
  // `take` gets each event that has data.
  explicit EventParser(std::function<void(const StreamEvent&)> take) : take_(std::move(take)) {}

  void feed(std::string_view bytes);
  // The connection is gone: what was not finished is dropped.
  void reset();

  // From where to go on; it moves with ids that come without data as well.
  const std::string& last_id() const { return last_id_; }
  // How long the server last said to wait.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  void line(std::string_view text);
  void field(std::string_view name, std::string_view value);
  void dispatch();

  const std::function<void(const StreamEvent&)> take_;
  std::string line_;
  bool after_cr_ = false;
  bool at_start_ = true;
  std::string id_;  // of the block; counts when the block is whole
  std::string type_;
  std::string data_;
  bool has_data_ = false;
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace cli
