// What a Mercure subscriber asks for, in whichever dialect: "topic=" (0.x) or "match=",
// "match_exact=", "match_urlpattern=" (1.0).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/http/message.h"
#include "server/http/query.h"
#include "sse/grant.h"
#include "sse/topic_matcher.h"

namespace sse {

struct MercureRequest {
  Dialect dialect = Dialect::v0;
  Matchers wanted;  // without repeats, in the order given
  std::optional<std::string> last_event_id;
};

// `parameters`: of the query, then those of the content if there was any. `hub`: the hub's URL. Or
// a sentence that says what is wrong.
std::variant<MercureRequest, std::string> read_mercure_request(const http::Request& request,
                                                               const http::Query& parameters,
                                                               std::string_view hub);

// application/x-www-form-urlencoded, whatever parameters follow.
bool is_form(std::string_view content_type);

}  // namespace sse
