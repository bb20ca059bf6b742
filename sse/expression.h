// Regular expressions of strangers' patterns, bounded in what it costs to compile them and to
// compare a topic with them. RE2: without look-ahead and back-references, in time linear in the
// topic; but also in the size of the expression, with its repetitions written out.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace sse {

// What the repetitions of `expression` add to it when they are written out, in characters and
// classes: 64 for "(?:ab){33}". Never too little; what is malformed may give anything.
std::size_t unrolled(std::string_view expression);

// Null: malformed, more than 128 unrolled, or too large for other reasons.
std::shared_ptr<const re2::RE2> compile_expression(const std::string& expression);

// All of `text`.
bool matches(const re2::RE2& expression, std::string_view text);

}  // namespace sse
