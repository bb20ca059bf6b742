// URL patterns, URI templates and the URLs that they are held against: a pattern, a base, a topic,
// a line each. Whatever is written, it is compiled or refused, and a match takes no time to speak
// of.
#include <string>

#include "fuzz/bytes.h"
#include "fuzz/target.h"
#include "sse/topic_matcher.h"
#include "sse/url.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Bytes input(fuzz::text_of(bytes, size));
  const std::string text(input.until('\n'));
  const std::string base(input.until('\n'));
  const std::string topic(input.rest());
  if (const auto url = sse::Url::parse(topic)) {
    fuzz::require(!url->protocol.empty(), "a URL has a scheme");
    fuzz::require(sse::canonical(sse::UrlPart::path, url->pathname) == url->pathname ||
                      url->opaque || !sse::is_special(url->protocol),
                  "a path that is canonical stays as it is");
  }
  if (sse::pattern_refusal(text)) return 0;
  const auto selector = sse::TopicMatcher::selector(text);
  const bool first = selector.matches(topic);
  fuzz::require(selector.matches(topic) == first, "a match comes out the same each time");
  const auto compiled =
      sse::TopicMatcher::url_pattern(text, base.empty() ? "https://a.test/" : base);
  if (const auto* matcher = std::get_if<sse::TopicMatcher>(&compiled)) {
    (void)matcher->matches(topic);
    (void)matcher->matches("https://a.test/books/1?a=b#c");
  } else {
    fuzz::require(!std::get<std::string>(compiled).empty(), "a refusal says why");
  }
  return 0;
}
