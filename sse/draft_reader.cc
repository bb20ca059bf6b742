#include "sse/draft_reader.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "server/http/problem.h"
#include "sse/hub_names.h"
#include "sse/retry.h"

namespace sse {
namespace {

using nlohmann::json;

// More would be a burden for whoever reads it: many parsers, and our own printer, go down with
// each.
constexpr int deepest = 100;
constexpr std::size_t longest_told = 64;  // of a name that is none of ours

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

// Each of these takes one member out of `object` into `draft`; or says what is wrong with it. A
// member that is missing or null is none.
using Wrong = std::optional<std::string>;

const json* member_of(const json& object, const char* name) {
  const auto member = object.find(name);
  return member == object.end() || member->is_null() ? nullptr : &*member;
}

Wrong take_text(const json& object, const char* name, std::string& into) {
  const json* member = member_of(object, name);
  if (!member) return std::nullopt;
  if (!member->is_string()) return "\"" + std::string(name) + "\" must be a string.";
  into = member->get<std::string>();
  return std::nullopt;
}

Wrong take_topics(const json& object, Draft& draft) {
  const json* member = member_of(object, "topic");
  if (!member || member->is_string()) return take_text(object, "topic", draft.topic);
  const bool names = member->is_array() && !member->empty() &&
                     std::all_of(member->begin(), member->end(),
                                 [](const json& each) { return each.is_string(); });
  if (!names) return "\"topic\" must be a string or a list of strings.";
  draft.topic = member->front().get<std::string>();
  for (std::size_t i = 1; i < member->size(); ++i) {
    draft.alternates.push_back((*member)[i].get<std::string>());
  }
  return std::nullopt;
}

Wrong take_private(const json& object, Draft& draft) {
  const json* member = member_of(object, "private");
  if (!member) return std::nullopt;
  if (!member->is_boolean()) return "\"private\" must be true or false.";
  draft.is_private = member->get<bool>();
  return std::nullopt;
}

Wrong take_retry(const json& object, Draft& draft) {
  const json* member = member_of(object, "retry");
  if (!member) return std::nullopt;
  if (!member->is_number_unsigned()) return "\"retry\" must be a number of milliseconds.";
  const auto asked = std::min<std::uint64_t>(member->get<std::uint64_t>(), longest_retry.count());
  draft.retry = bounded_retry(std::chrono::milliseconds(asked));
  return std::nullopt;
}

// Without a topic the default one is meant, unless another member may have been meant for it.
Wrong check_names(const json& object) {
  static constexpr auto known =
      std::to_array<std::string_view>({"message", "topic", "type", "id", "private", "retry"});
  if (object.contains("topic")) return std::nullopt;
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return "There is no member " +
           http::json_string(std::string_view(name).substr(0, longest_told)) +
           ", and no \"topic\" is named: name it, or leave that member out.";
  }
  return std::nullopt;
}

std::variant<Draft, std::string> draft_of(const json& object, const HubPlace& hub) {
  if (!object.is_object()) return "The content must be a JSON object with a \"message\".";
  const auto message = object.find("message");
  if (message == object.end()) return "The member \"message\" is missing.";
  if (auto wrong = check_names(object)) return *std::move(wrong);
  Draft draft;
  if (auto wrong = take_topics(object, draft)) return *std::move(wrong);
  if (auto wrong = take_text(object, "type", draft.type)) return *std::move(wrong);
  if (auto wrong = take_text(object, "id", draft.publisher_id)) return *std::move(wrong);
  if (auto wrong = take_private(object, draft)) return *std::move(wrong);
  if (auto wrong = take_retry(object, draft)) return *std::move(wrong);
  draft.form = message->is_string() ? Form::text : Form::json;
  draft.data = message->is_string() ? message->get<std::string>() : message->dump();
  if (auto reason = refusal(draft)) return *std::move(reason);
  if (auto reason = hub_name_refusal(draft, hub, HubTopics::subscriptions))
    return *std::move(reason);
  return draft;
}

}  // namespace

std::variant<Draft, std::string> read_draft(std::string_view text, const HubPlace& hub) {
  if (too_deep(text)) return "The content has arrays or objects more than 100 deep.";
  try {
    return draft_of(json::parse(text), hub);
  } catch (const json::exception& error) {
    return reason_of(error);
  }
}

}  // namespace sse
