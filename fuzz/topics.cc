// Queries of subscribers, and the patterns in them.
#include "fuzz/target.h"
#include "server/http/query.h"
#include "sse/subscribe_request.h"
#include "sse/topic_matcher.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  const auto wanted = sse::wanted_topics(http::Query(text), {});
  if (const auto* matchers = std::get_if<sse::Matchers>(&wanted)) {
    for (const sse::TopicMatcher& matcher : *matchers) (void)matcher.matches("a/b");
  }
  if (sse::pattern_refusal(text)) return 0;
  (void)sse::TopicMatcher::selector(std::string(text)).matches("https://app.test/a/b");
  const auto pattern = sse::TopicMatcher::url_pattern(std::string(text), "https://app.test/");
  if (const auto* matcher = std::get_if<sse::TopicMatcher>(&pattern)) {
    (void)matcher->matches("https://app.test/a/b?c#d");
  }
  return 0;
}
