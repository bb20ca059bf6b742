// What an answer says of its own reuse (RFC 9111), and of what it is.
#pragma once

#include <string_view>

#include "compare/measurement.h"
#include "compare/store.h"
#include "server/http/headers.h"

namespace lab {

// Neither no-store nor `vary: *`.
bool may_store(const http::Headers& fields);
// Fresh as it comes: by max-age, expires, or the age of last-modified (section 4.2.2). Without
// that, whoever finds it in the cache must ask again.
bool may_reuse(const http::Headers& fields);

// By their validators; an answer that has none is like no other.
bool same_version(const Stored& a, const Stored& b);

// A style sheet or a script: what has to be read to know what else a page needs.
bool is_code(std::string_view content_type);
Kind kind_of_type(std::string_view content_type);

}  // namespace lab
