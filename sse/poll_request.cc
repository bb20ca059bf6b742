#include "sse/poll_request.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "server/http/query.h"
#include "sse/event.h"
#include "sse/preference.h"
#include "sse/subscribe_request.h"

namespace sse {
namespace {

constexpr unsigned longest_timeout = 60;  // seconds
constexpr unsigned largest_max = 1000;
constexpr std::size_t longest_client = 128;

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc() || end != text.end()) return std::nullopt;
  return value;
}

std::optional<Shape> shape_of(std::string_view text) {
  if (text == "true" || text == "1") return Shape::envelope;
  if (text == "false" || text == "0") return Shape::message;
  return std::nullopt;
}

}  // namespace

std::variant<PollRequest, std::string> read_poll(const http::Request& request) {
  const http::Query query(request.query());
  PollRequest poll;
  auto topics = wanted_topics(query, {"after", "timeout", "max", "envelope", "clientId"});
  if (auto* reason = std::get_if<std::string>(&topics)) return std::move(*reason);
  poll.topics = std::move(std::get<Matchers>(topics));
  if (const auto after = query.get("after"); after && !after->empty()) {
    poll.after = after->substr(0, longest_id + 1);
  }
  if (const auto text = query.get("timeout")) {
    const auto seconds = number(*text);
    if (!seconds) return "\"timeout\" is a whole number of seconds, at most 60.";
    poll.timeout = std::chrono::seconds(std::min(*seconds, longest_timeout));
  }
  if (const auto text = query.get("max")) {
    const auto max = number(*text);
    if (!max || *max == 0) return "\"max\" is a number of messages, from 1 to 1000.";
    poll.max = std::min(*max, largest_max);
  }
  if (const auto text = query.get("envelope")) {
    const auto shape = shape_of(*text);
    if (!shape) return "\"envelope\" is true or false.";
    poll.shape = *shape;
  }
  const auto minimal = minimal_answer(request);
  const bool named = minimal && !minimal->client.empty();
  const auto client = named ? minimal->client : query.get("clientId");
  if (!client) return poll;
  if (client->empty() || client->size() > longest_client || !printable(*client)) {
    return "A client's name is 1 to 128 bytes of UTF-8 text without control characters.";
  }
  poll.client = *client;
  for (const TopicMatcher& topic : poll.topics) {
    poll.client.append(topic.is_exact() ? "\n" : "\n\n").append(topic.text());
  }
  if (minimal) poll.frame = Frame::list;  // who keeps no cursor needs none
  return poll;
}

}  // namespace sse
