// What a poller asks for, read and checked.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/http/message.h"
#include "sse/topic_matcher.h"

namespace sse {

enum class Shape : std::uint8_t { message, envelope };

// What is around the messages: {"messages":[...],"cursor":...}, or, if there is nothing to tell but
// messages, the list alone.
enum class Frame : std::uint8_t { object, list };

struct PollRequest {
  Matchers topics;
  std::optional<std::string> after;
  std::string client;  // the client's name with its topics, which have a cursor each; empty: none
  std::chrono::milliseconds timeout{25'000};
  std::size_t max = 100;
  Shape shape = Shape::message;
  Frame frame = Frame::object;
};

// Or a sentence that says what is wrong.
std::variant<PollRequest, std::string> read_poll(const http::Request& request);

}  // namespace sse
