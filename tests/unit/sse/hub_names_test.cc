#include "sse/hub_names.h"

#include <catch2/catch.hpp>
#include <string>

using namespace sse;

namespace {

const HubPlace hub{*Url::parse("https://hub.example/.well-known/mercure"), "/.well-known/mercure"};

bool refused(std::string topic, HubTopics reserved, const HubPlace& place = hub) {
  Draft draft;
  draft.topic = std::move(topic);
  return hub_name_refusal(draft, place, reserved).has_value();
}

}  // namespace

TEST_CASE("topics at or beneath the hub's path are found however they are written") {
  for (const char* topic :
       {"/.well-known/mercure", "/.well-known/mercure/subscriptions/exact/x/y", "mercure/x",
        "https://hub.example/.well-known/mercure", "https://other.example/.well-known/mercure/x",
        "/.well-known/%6Dercure/x", "/.well-known/%6dercure", "/a/../.well-known/mercure",
        "/.well-known/mercure/../mercure/x", "/%2e/.well-known/mercure", "", "?x", "#x",
        "http://x/.well-known/mercure?y", "https:/.well-known/mercure"}) {
    INFO(topic);
    CHECK(refused(topic, HubTopics::all));
  }
  for (const char* topic :
       {"news", "/.well-known/mercures", "/.well-known", "https://a/b", "urn:uuid:1",
        "/x/.well-known/mercure", "https://a b/.well-known/mercure"}) {
    INFO(topic);
    CHECK_FALSE(refused(topic, HubTopics::all));
  }
}

TEST_CASE("where topics need be no URLs, those of subscriptions alone are the hub's") {
  for (const char* topic :
       {"/.well-known/mercure/subscriptions", "/.well-known/mercure/subscriptions/exact/x/y",
        "mercure/subscriptions/x", "https://other.example/.well-known/mercure/subscriptions/x",
        "/.well-known/%6Dercure/subscriptions/x", "/.well-known/mercure/%73ubscriptions/x",
        "/a/../.well-known/mercure/subscriptions/x", "/.well-known/mercure/./subscriptions/x"}) {
    INFO(topic);
    CHECK(refused(topic, HubTopics::subscriptions));
  }
  for (const char* topic : {"#general", "?x", "mercure", "mercure/x", "news", "subscriptions/x",
                            "/subscriptions/x", "/.well-known/mercure/x", "100%"}) {
    INFO(topic);
    CHECK_FALSE(refused(topic, HubTopics::subscriptions));
  }
}

TEST_CASE("a hub behind another path has both paths for its own") {
  const HubPlace moved{*Url::parse("https://app.test/live/hub"), "/.well-known/mercure"};
  for (const HubTopics reserved : {HubTopics::all, HubTopics::subscriptions}) {
    CHECK(refused("/.well-known/mercure/subscriptions/x/y", reserved, moved));
    CHECK(refused("/live/hub/subscriptions/x/y", reserved, moved));
    CHECK_FALSE(refused("/hub/subscriptions/x/y", reserved, moved));
  }
}
