#include "sse/arrivals.h"

#include <algorithm>
#include <utility>

namespace sse {

// Who has been admitted.
struct Arrivals::Reader {
  Arrival arrival;
  Audience::Place place;
  http::Response head;
  Begin begin;
};

void Arrivals::receive(const http::Request& request, http::Exchange exchange, Arrival arrival,
                       http::Response head, Begin begin) {
  auto place = admit(request, arrival);
  if (auto* word = std::get_if<std::string>(&place)) {
    head.body = http::text_body(std::move(*word));
    return exchange.respond(std::move(head));
  }
  Reader reader{.arrival = std::move(arrival),
                .place = std::get<Audience::Place>(std::move(place)),
                .head = std::move(head),
                .begin = std::move(begin)};
  const Arrival& reads = reader.arrival;
  if (anteroom_.passes(reads.topics, reads.rights)) {
    return let_in(reader, std::move(exchange));
  }
  const auto kept = std::make_shared<Reader>(std::move(reader));
  anteroom_.enter(std::move(exchange), kept->arrival.topics, kept->arrival.rights,
                  [this, kept](http::Exchange ready) {
                    auto word = no_room(kept->arrival.topics);
                    if (!word) return let_in(*kept, std::move(ready));
                    kept->head.body = http::text_body(*std::move(word));
                    ready.respond(std::move(kept->head));
                  });
}

void Arrivals::let_in(Reader& reader, http::Exchange exchange) {
  const Arrival& arrival = reader.arrival;
  auto seat =
      presence_ ? presence_->enter(replica_.loop(), arrival.topics, arrival.grant) : nullptr;
  reader.begin(arrival, std::move(reader.place), std::move(seat), reader.head);
  exchange.respond(std::move(reader.head));
}

std::variant<Audience::Place, std::string> Arrivals::admit(const http::Request& request,
                                                           const Arrival& arrival) {
  if (rate_.limited()) {
    const auto wait = rate_.take(client_of(request, arrival.grant), 1, audience_.now());
    if (wait > wait.zero()) {
      ++audience_.put_off.subscribe_rate;
      return "retry: " + std::to_string(std::max<std::int64_t>(wait.count(), 250)) +
             "\n: you open streams faster than this hub allows each client\n\n";
    }
  }
  if (!replica_.started()) return later("the history of events is not there yet");
  if (auto word = no_room(arrival.topics)) return *std::move(word);
  const std::uint64_t connection = request.peer ? request.peer->connection : 0;
  std::optional<Audience::Place> place = audience_.enter(connection);
  if (!place) return later("too many streams, or the server is about to stop");
  return *std::move(place);
}

std::optional<std::string> Arrivals::no_room(std::span<const TopicMatcher> wanted) {
  if (replica_.has_room(wanted)) return std::nullopt;
  ++audience_.put_off.topics;
  return later("too many topics or patterns are in use");
}

std::string Arrivals::later(std::string_view reason) {
  std::string text = audience_.retry();
  text.insert(text.size() - 1, ": " + std::string(reason) + "\n");
  return text;
}

}  // namespace sse
