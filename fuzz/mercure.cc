// What Mercure's publishers and subscribers send: parameters of a query or a form, and fields.
#include <string>

#include "fuzz/bytes.h"
#include "fuzz/target.h"
#include "server/http/query.h"
#include "sse/mercure_request.h"
#include "sse/mercure_update.h"
#include "sse/subscription_document.h"

namespace {

constexpr std::string_view hub = "https://app.test/.well-known/mercure";

void publish(std::string_view form) {
  static const sse::HubPlace place{*sse::Url::parse(hub), "/.well-known/mercure"};
  auto read = sse::read_update(form, place);
  auto* draft = std::get_if<sse::Draft>(&read);
  if (!draft) return;
  fuzz::require(!draft->topic.empty(), "an update has a topic");
  draft->alternates.push_back(draft->topic);
  for (const std::string& topic : draft->alternates) {
    const auto url = sse::Url::parse(topic, &place.url);
    fuzz::require(
        !url || (url->pathname != place.path && !url->pathname.starts_with(place.path + "/")),
        "no topic is the hub's own");
  }
  draft->alternates.pop_back();
  if (sse::refusal(*draft)) return;
  const sse::Event event("epoch", 1, std::move(*draft), {});
  fuzz::require(event.block().ends_with("\n\n"), "a block ends with an empty line");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Bytes input(fuzz::text_of(bytes, size));
  const auto last_id = input.until('\n');
  const auto parameters = input.until('\n');
  http::Request request;
  request.method = "GET";
  request.target = "/.well-known/mercure?" + std::string(parameters);
  if (!last_id.empty()) request.fields.add("last-event-id", last_id);
  const auto asked = sse::read_mercure_request(request, http::Query(parameters), hub);
  if (const auto* wanted = std::get_if<sse::MercureRequest>(&asked)) {
    fuzz::require(!wanted->wanted.empty(), "a subscriber asks for something");
    for (const sse::TopicMatcher& matcher : wanted->wanted) {
      (void)matcher.matches("https://app.test/books/1");
      (void)sse::place_of(matcher, wanted->dialect);
    }
  }
  publish(input.rest());
  return 0;
}
