// What a poller asks for, read and checked.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/http/query.h"
#include "sse/topic_matcher.h"

namespace sse {

enum class Shape : std::uint8_t { message, envelope };

struct PollRequest {
  Matchers topics;
  std::optional<std::string> after;
  std::string client;  // the client's name with its topics, which have a cursor each; empty: none
  std::chrono::milliseconds timeout{25'000};
  std::size_t max = 100;
  Shape shape = Shape::message;
};

// Or a sentence that says what is wrong.
std::variant<PollRequest, std::string> read_poll(const http::Query& query);

}  // namespace sse
