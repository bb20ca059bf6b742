// What publishers send, and the text that readers get of it.
#include "sse/draft_reader.h"

#include "fuzz/target.h"
#include "sse/event.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const sse::HubPlace hub{*sse::Url::parse("https://app.test/.well-known/mercure"),
                                 "/.well-known/mercure"};
  auto read = sse::read_draft(fuzz::text_of(bytes, size), hub);
  auto* draft = std::get_if<sse::Draft>(&read);
  if (!draft || sse::refusal(*draft)) return 0;
  const auto url = sse::Url::parse(draft->topic, &hub.url);
  fuzz::require(!url || !url->pathname.starts_with("/.well-known/mercure/subscriptions/"),
                "no topic is that of a subscription");
  const sse::Event event("epoch", 1, std::move(*draft), {});
  const auto block = event.block();
  fuzz::require(block.ends_with("\n\n"), "a block ends with an empty line");
  fuzz::require(block.substr(0, block.size() - 1).find("\n\n") == std::string_view::npos,
                "a block is one");
  fuzz::require(block.find('\r') == std::string_view::npos, "a block has line feeds only");
  return 0;
}
