#include "sse/dry_run.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace sse {
namespace {

using nlohmann::json;

constexpr std::size_t most_named = 20;
constexpr std::size_t topics_together = 8;  // in a piece of work

const char* name_of(TopicMatcher::Type type) {
  switch (type) {
    case TopicMatcher::Type::exact:
      return "exact";
    case TopicMatcher::Type::any:
      return "any";
    case TopicMatcher::Type::prefix:
      return "prefix";
    case TopicMatcher::Type::uri_template:
      return "uri template";
    case TopicMatcher::Type::url_pattern:
      return "url pattern";
  }
  return "";
}

json object_of(const TopicMatcher& matcher) {
  return {{"match", matcher.text()}, {"match_type", name_of(matcher.type())}};
}

// The grant that covers `topic`, or null.
json granted_by(const Grant& grant, std::string_view topic) {
  for (const TopicMatcher& matcher : grant.topics) {
    if (matcher.matches(topic)) return object_of(matcher);
  }
  return nullptr;
}

// The name alone of a topic may be a secret, who is subscribed to what for one.
bool may_know(const Grant& grant, const Topic& topic) {
  return topic.has_public() || grant.covers(topic.name());
}

std::string text_of(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

http::Response answer(std::string text) {
  http::Response response = http::text_response(200, "application/json", std::move(text));
  response.fields.add("cache-control", "no-store");
  return response;
}

class SubscriptionExplained final : public Errand {
 public:
  SubscriptionExplained(const Replica& replica, Matchers wanted, Grant grant, http::Headers fields)
      : replica_(replica),
        wanted_(std::move(wanted)),
        grant_(std::move(grant)),
        fields_(std::move(fields)) {}

  bool piece() override {
    if (at_ == wanted_.size()) return false;
    const Topic* last =
        replica_.each_topic(last_, topics_together, [this](const Topic& topic) { look_at(topic); });
    if (!last) return next();
    last_ = last->name();
    return true;
  }

  void done(http::Exchange exchange) override {
    json grants = json::array();
    for (const TopicMatcher& matcher : grant_.topics) grants.push_back(object_of(matcher));
    http::Response response = answer(text_of({{"dry_run", true},
                                              {"subscriptions", std::move(subscriptions_)},
                                              {"private_grants", std::move(grants)}}));
    response.fields.append(fields_);
    exchange.respond(std::move(response));
  }

 private:
  void look_at(const Topic& topic) {
    if (!wanted_[at_].matches(topic.parsed()) || !may_know(grant_, topic)) return;
    if (++known_ > most_named) return;
    named_.push_back({{"topic", topic.name()}, {"private_by", granted_by(grant_, topic.name())}});
  }
  bool next() {
    json one = object_of(wanted_[at_]);
    one["matching_topics"] = std::exchange(known_, 0);
    one["topics"] = std::exchange(named_, json::array());
    subscriptions_.push_back(std::move(one));
    last_.reset();
    return ++at_ < wanted_.size();
  }

  const Replica& replica_;
  const Matchers wanted_;
  const Grant grant_;
  const http::Headers fields_;
  json subscriptions_ = json::array();
  std::size_t at_ = 0;               // in wanted_
  std::optional<std::string> last_;  // topic that was compared; none: not begun
  std::size_t known_ = 0;
  json named_ = json::array();
};

}  // namespace

bool is_dry_run(const http::Query& query) {
  const auto value = query.get("dry_run");
  return value && *value != "0" && *value != "false";
}

const std::string* ungranted(const Grant& grant, const Draft& draft) {
  if (!grant.covers(draft.topic)) return &draft.topic;
  for (const std::string& topic : draft.alternates) {
    if (!grant.covers(topic)) return &topic;
  }
  return nullptr;
}

std::unique_ptr<Errand> explain_subscription(const Replica& replica, Matchers wanted, Grant grant,
                                             http::Headers fields) {
  return std::make_unique<SubscriptionExplained>(replica, std::move(wanted), std::move(grant),
                                                 std::move(fields));
}

void UpdatesExplained::add(const Draft& draft, const Grant& grant) {
  json topics = json::array();
  bool all = true;
  const auto explain = [&](const std::string& topic) {
    json by = granted_by(grant, topic);
    all &= !by.is_null();
    topics.push_back({{"topic", topic}, {"granted_by", std::move(by)}});
  };
  explain(draft.topic);
  for (const std::string& topic : draft.alternates) explain(topic);
  if (!updates_.empty()) updates_ += ',';
  updates_ += text_of(
      {{"would_publish", all}, {"private", draft.is_private}, {"topics", std::move(topics)}});
}

http::Response UpdatesExplained::response() {
  return answer("{\"dry_run\":true,\"updates\":[" + std::move(updates_) + "]}");
}

}  // namespace sse
