// What a client is told when the app server gave no answer: a page for people, problem details for
// programs. Neither says where the app server is: the log does.
#pragma once

#include <string_view>

#include "server/http/message.h"

namespace proxy {

enum class Audience { people, programs };

// Programs are those that accept JSON and no HTML.
Audience audience_of(const http::Request& request);

// `detail` is a sentence without markup. 503 says when to try again.
http::Response failure(int status, std::string_view detail, Audience audience);

}  // namespace proxy
