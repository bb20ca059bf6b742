#include "sse/arrivals.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace sse {

std::variant<Audience::Place, std::string> Arrivals::admit(const http::Request& request,
                                                           std::span<const TopicMatcher> wanted,
                                                           const Grant& grant) {
  if (rate_.limited()) {
    const auto wait = rate_.take(client_of(request, grant), 1, audience_.now());
    if (wait > wait.zero()) {
      ++audience_.put_off.subscribe_rate;
      return "retry: " + std::to_string(std::max<std::int64_t>(wait.count(), 250)) +
             "\n: you open streams faster than this hub allows each client\n\n";
    }
  }
  const auto later = [this](const char* reason) {
    std::string text = audience_.retry();
    text.insert(text.size() - 1, ": " + std::string(reason) + "\n");
    return text;
  };
  if (!replica_.started()) return later("the history of events is not there yet");
  if (!replica_.has_room(wanted)) {
    ++audience_.put_off.topics;
    return later("too many topics or patterns are in use");
  }
  const std::uint64_t connection = request.peer ? request.peer->connection : 0;
  std::optional<Audience::Place> place = audience_.enter(connection);
  if (!place) return later("too many streams, or the server is about to stop");
  return *std::move(place);
}

std::unique_ptr<Presence::Seat> Arrivals::seat(std::span<const TopicMatcher> wanted,
                                               const Grant& grant) {
  return presence_ ? presence_->enter(replica_.loop(), wanted, grant) : nullptr;
}

}  // namespace sse
