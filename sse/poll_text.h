// What an answer to a poll is made of, each part as JSON, appended to a text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sse/event.h"
#include "sse/gap.h"
#include "sse/poll_request.h"

namespace sse::polled {

// Before the messages.
void append_opening(std::string& text, Frame frame);

// One message is these three, the middle one as often as it takes.
void append_message_opening(std::string& text, const Event& event, Shape shape);
// What comes next of the data behind the first `from` bytes of it, of which `most` (at least 4) are
// taken; returns how many that were.
std::size_t append_data(std::string& text, const Event& event, std::size_t from, std::size_t most);
void append_message_end(std::string& text, const Event& event, Shape shape);

// Behind the messages. `more`: than these.
void append_ending(std::string& text, Frame frame, std::string_view cursor, bool more,
                   const std::optional<Gap>& gap);

}  // namespace sse::polled
