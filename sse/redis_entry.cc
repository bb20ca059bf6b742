#include "sse/redis_entry.h"

#include <charconv>
#include <utility>

namespace sse {
namespace {

// Short, as every entry has them.
constexpr const char* epoch_field = "e";
constexpr const char* stamp_field = "s";
constexpr const char* time_field = "m";  // milliseconds since 1970; the scripts read it as well
constexpr const char* topic_field = "t";
constexpr const char* type_field = "y";
constexpr const char* data_field = "d";
constexpr const char* json_field = "j";
constexpr const char* publisher_id_field = "p";
constexpr const char* alternate_field = "a";  // as often as there are alternates
constexpr const char* private_field = "v";
constexpr const char* retry_field = "r";  // milliseconds

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  return error == std::errc() && end == text.end() ? std::optional(value) : std::nullopt;
}

}  // namespace

std::uint64_t seq_of(std::string_view text) {
  return number<std::uint64_t>(text.substr(0, text.find('-'))).value_or(0);
}

std::vector<std::string> fields_of(const Draft& draft, std::int64_t time_ms,
                                   const std::string& stamp) {
  std::vector<std::string> fields{stamp_field, stamp,       time_field, std::to_string(time_ms),
                                  topic_field, draft.topic, data_field, draft.data};
  const auto add = [&fields](const char* name, std::string value) {
    fields.emplace_back(name);
    fields.push_back(std::move(value));
  };
  if (!draft.type.empty()) add(type_field, draft.type);
  if (draft.form == Form::json) add(json_field, "1");
  if (!draft.publisher_id.empty()) add(publisher_id_field, draft.publisher_id);
  if (draft.is_private) add(private_field, "1");
  if (draft.retry.count() > 0) add(retry_field, std::to_string(draft.retry.count()));
  for (const std::string& topic : draft.alternates) add(alternate_field, topic);
  return fields;
}

std::optional<RedisEntry> read_entry(const RedisReply& entry, const std::string& epoch) {
  if (entry.items.size() != 2) return std::nullopt;
  const std::string_view id = entry.items[0].text;
  const auto seq = number<std::uint64_t>(id.substr(0, id.find('-')));
  if (!seq || *seq == 0) return std::nullopt;
  RedisEntry made;
  Draft draft;
  draft.topic.clear();
  std::int64_t time_ms = 0;
  const std::vector<RedisReply>& fields = entry.items[1].items;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const std::string& name = fields[i].text;
    const std::string& value = fields[i + 1].text;
    if (name == epoch_field) made.epoch = value;
    if (name == stamp_field) made.stamp = value;
    if (name == time_field) time_ms = number<std::int64_t>(value).value_or(0);
    if (name == topic_field) draft.topic = value;
    if (name == type_field) draft.type = value;
    if (name == data_field) draft.data = value;
    if (name == json_field) draft.form = Form::json;
    if (name == publisher_id_field) draft.publisher_id = value;
    if (name == private_field) draft.is_private = true;
    if (name == retry_field) {
      draft.retry = std::chrono::milliseconds(number<std::uint32_t>(value).value_or(0));
    }
    if (name == alternate_field) draft.alternates.push_back(value);
  }
  if (made.epoch.empty() || refusal(draft)) return std::nullopt;
  const Event::Time time{std::chrono::milliseconds(time_ms)};
  made.event = std::make_shared<const Event>(epoch.empty() ? made.epoch : epoch, *seq,
                                             std::move(draft), time);
  return made;
}

}  // namespace sse
