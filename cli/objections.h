// Objections: what speaks against a text as the value of a setting. Each says what the text must be
// instead ("a path that starts with /, such as /events"), or nothing if it is that.
#pragma once

#include <string>
#include <string_view>

namespace cli {

std::string endpoint_objection(std::string_view text);
std::string plain_endpoint_objection(std::string_view text);
std::string folder_objection(std::string_view text);
std::string host_objection(std::string_view text);
std::string location_objection(std::string_view text);
std::string upstream_objection(std::string_view text);
std::string health_objection(std::string_view text);
std::string field_objection(std::string_view text);
std::string algorithm_objection(std::string_view text);
std::string https_objection(std::string_view text);
std::string prefix_objection(std::string_view text);
std::string origin_objection(std::string_view text);
std::string experiment_objection(std::string_view text);

}  // namespace cli
