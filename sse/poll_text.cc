#include "sse/poll_text.h"

#include "server/http/problem.h"

namespace sse::polled {
namespace {

bool goes_on(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// At most `most` bytes of `text`, without cutting a character of UTF-8 in two.
std::string_view some_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > most - 3 && goes_on(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace

void append_opening(std::string& text, Frame frame) {
  text += frame == Frame::list ? "[" : "{\"messages\":[";
}

void append_message_opening(std::string& text, const Event& event, Shape shape) {
  if (shape == Shape::envelope) {
    text.append("{\"id\":\"").append(event.id()).append("\",\"topic\":");
    text.append(http::json_string(event.topic())).append(",\"type\":");
    text.append(http::json_string(event.type().empty() ? "message" : event.type()));
    if (!event.publisher_id().empty()) {
      text.append(",\"publisher_id\":").append(http::json_string(event.publisher_id()));
    }
    text += ",\"data\":";
  }
  if (event.form() == Form::text) text += '"';
}

std::size_t append_data(std::string& text, const Event& event, std::size_t from, std::size_t most) {
  const std::string_view part = some_of(event.data().substr(from), most);
  if (event.form() == Form::json) {
    text += part;
  } else {
    const std::string quoted = http::json_string(part);
    text.append(quoted, 1, quoted.size() - 2);
  }
  return part.size();
}

void append_message_end(std::string& text, const Event& event, Shape shape) {
  if (event.form() == Form::text) text += '"';
  if (shape == Shape::envelope) text += '}';
}

void append_ending(std::string& text, Frame frame, std::string_view cursor, bool more,
                   const std::optional<Gap>& gap) {
  text += ']';
  if (frame == Frame::list) return;
  text.append(",\"cursor\":").append(http::json_string(cursor));
  if (more) text += ",\"more\":true";
  if (gap) text.append(",\"gap\":").append(gap->json());
  text += '}';
}

}  // namespace sse::polled
