#include "sse/draft_reader.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace sse {
namespace {

using nlohmann::json;

// More would be a burden for whoever reads it: many parsers, and our own printer, go down with
// each.
constexpr int deepest = 100;

bool too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > deepest) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

// "[json.exception.parse_error.101] parse error at line 1, column 2: ..." without its first word.
std::string reason_of(const json::exception& error) {
  std::string_view what(error.what());
  if (const auto end = what.find("] "); end != std::string_view::npos) what.remove_prefix(end + 2);
  return "The content is not JSON: " + std::string(what) + ".";
}

std::variant<Draft, std::string> draft_of(const json& object) {
  if (!object.is_object()) return "The content must be a JSON object with a \"message\".";
  const auto message = object.find("message");
  if (message == object.end()) return "The member \"message\" is missing.";
  Draft draft;
  struct Member {
    const char* name;
    std::string Draft::*text;
  };
  for (const Member& wanted : {Member{"topic", &Draft::topic}, Member{"type", &Draft::type},
                               Member{"id", &Draft::publisher_id}}) {
    const auto member = object.find(wanted.name);
    if (member == object.end() || member->is_null()) continue;
    if (!member->is_string()) return "\"" + std::string(wanted.name) + "\" must be a string.";
    draft.*wanted.text = member->get<std::string>();
  }
  draft.form = message->is_string() ? Form::text : Form::json;
  draft.data = message->is_string() ? message->get<std::string>() : message->dump();
  if (auto reason = refusal(draft)) return *std::move(reason);
  return draft;
}

}  // namespace

std::variant<Draft, std::string> read_draft(std::string_view text) {
  if (too_deep(text)) return "The content has arrays or objects more than 100 deep.";
  try {
    return draft_of(json::parse(text));
  } catch (const json::exception& error) {
    return reason_of(error);
  }
}

}  // namespace sse
