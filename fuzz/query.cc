// Queries and forms, and what a poller asks for with them.
#include <string>

#include "fuzz/target.h"
#include "server/http/query.h"
#include "sse/poll_request.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  fuzz::require(http::percent_decode(http::percent_encode(text)) == text,
                "what is encoded can be decoded");
  const http::Query query(text);
  std::string again;
  for (const auto& [name, value] : query.parameters()) {
    again +=
        (again.empty() ? "" : "&") + http::percent_encode(name) + "=" + http::percent_encode(value);
  }
  const http::Query copy(again);
  fuzz::require(copy.parameters().size() == query.parameters().size(),
                "parameters are read as they are written");
  for (std::size_t i = 0; i < copy.parameters().size(); ++i) {
    fuzz::require(copy.parameters()[i].value == query.parameters()[i].value,
                  "values are read as they are written");
  }
  http::Request request;
  request.target = "/poll?" + std::string(text);
  request.fields.add("prefer", text);
  const auto poll = sse::read_poll(request);
  if (const auto* asked = std::get_if<sse::PollRequest>(&poll)) {
    fuzz::require(!asked->topics.empty(), "a poll has a topic");
    fuzz::require(asked->timeout >= std::chrono::milliseconds::zero() &&
                      asked->timeout <= std::chrono::minutes(1),
                  "a poll ends within a minute");
  }
  return 0;
}
