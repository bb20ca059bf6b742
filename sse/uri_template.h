// URI templates (RFC 6570) read backwards: not what a template expands to, but whether a topic
// could have come of it.
#pragma once

#include <memory>
#include <string_view>

#include "sse/topic_matcher.h"

namespace sse {

// Null if `text` has no expression or is no template: it is then the name of one topic.
std::shared_ptr<const TopicPattern> compile_uri_template(std::string_view text);

}  // namespace sse
