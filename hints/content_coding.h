// What an app server has compressed (RFC 9110 section 8.4.1), made readable again: for learning
// from its pages, which clients get as they are.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hints {

// `coding` as in content-encoding: empty, gzip, br or zstd. None if it is another, or several, the
// bytes are damaged, or the text is longer than `limit`.
std::optional<std::string> decoded(std::string_view bytes, std::string_view coding,
                                   std::size_t limit);

}  // namespace hints
