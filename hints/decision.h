// Decision: which ways of telling are open for one request, from the request alone, each closed one
// with its reason. Pure, so that the whole rule is one table; what the peer's settings say comes
// later.
#pragma once

#include <string_view>

#include "server/http/message.h"

namespace hints {

enum class Mode {
  automatic,    // push to whoever takes it, 103 if the answer is not ready at once, Link on the
                // answer
  early_hints,  // 103 always, before the answer is asked for, and Link
  push,         // push or nothing
  push_early_hints,  // push to whoever takes it, 103 always for the rest, and Link
  link,              // Link on the answer only
  off,
};
std::string_view words(Mode mode);

// The reason why a way is closed for every client alike, by the mode.
inline constexpr std::string_view by_mode = "not in this mode";
// The reason why there is no push, by the client's own settings.
inline constexpr std::string_view push_refused = "client refuses push";

struct Decision {
  // Why not, in a few words; empty: yes.
  std::string_view no_push;
  std::string_view no_early_hints;
  std::string_view no_link;
};

// GET or HEAD of what a browser could show as a page: cheap enough to ask of every request.
bool asks_for_document(const http::Request& request);

// Whether what the client asks for next shows what the page needs: it is to be shown by itself, the
// client does not have it yet, and everything will come on this connection (before HTTP/2 browsers
// use several). For a request that asks for a document.
bool begins_visit(const http::Request& request);

// Likewise.
Decision decide(const http::Request& request, Mode mode);

}  // namespace hints
