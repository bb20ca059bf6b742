// URL patterns (WHATWG URL Pattern standard): "https://example.com/books/:id". Case counts outside
// of hosts. Regular expressions in a pattern are RE2's: without look-ahead and back-references.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "sse/topic_matcher.h"

namespace sse {

// `base` is what a relative pattern, and later each relative topic, is resolved against. Or a
// sentence that says what is wrong.
std::variant<std::shared_ptr<const TopicPattern>, std::string> compile_url_pattern(
    std::string_view text, std::string_view base);

}  // namespace sse
