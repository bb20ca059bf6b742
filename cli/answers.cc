#include "cli/answers.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace cli {

using nlohmann::json;

std::optional<std::string> member(const std::string& text, const char* name) {
  const json answer = json::parse(text, nullptr, false);
  if (!answer.is_object() || !answer.contains(name) || !answer[name].is_string()) return {};
  return answer[name].get<std::string>();
}

std::string refusal_of(const std::string& url, long status, const std::string& answer) {
  return url + " answered " + std::to_string(status) + ": " +
         member(answer, "detail").value_or("it gave no reason");
}

long seconds_of(const std::string& field) {
  long seconds = 0;
  const char* end = field.data() + field.size();
  const auto [stopped, error] = std::from_chars(field.data(), end, seconds);
  if (error != std::errc() || stopped != end) return 0;
  return std::clamp(seconds, 0L, 300L);
}

std::vector<std::string> ids_of(const std::string& answer) {
  if (const auto id = member(answer, "id")) return {*id};
  const json object = json::parse(answer, nullptr, false);
  std::vector<std::string> ids;
  if (!object.is_object() || !object.contains("ids") || !object["ids"].is_array()) return ids;
  for (const json& id : object["ids"]) {
    if (id.is_string()) ids.push_back(id.get<std::string>());
  }
  return ids;
}

}  // namespace cli
