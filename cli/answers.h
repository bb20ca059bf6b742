// What a server's answers say to a client of this program.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cli {

// The member of a JSON object, if the text is one and has it as a text.
std::optional<std::string> member(const std::string& text, const char* name);
// "URL answered 403: <the reason of the problem document>"
std::string refusal_of(const std::string& url, long status, const std::string& answer);
// Of "retry-after"; 0 if it is no number of seconds, at most 300.
long seconds_of(const std::string& field);
// "id" or "ids" of an answer to publishing; empty: neither.
std::vector<std::string> ids_of(const std::string& answer);

}  // namespace cli
