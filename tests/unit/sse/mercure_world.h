// What the tests of Mercure share: requests to a hub, and tokens for it.
#pragma once

#include <nlohmann/json.hpp>

#include "sse/json_web_token.h"
#include "tests/unit/sse/world.h"

namespace sse::testing {

using nlohmann::json;

inline const Key hub_key = Key::read("0123456789abcdef0123456789abcdef");
inline constexpr const char* hub_url = "https://hub.example/.well-known/mercure";

struct Hub0 : World {
  explicit Hub0(Hub::Options chosen = {}, bool closed = false)
      : World(std::move(chosen), {.dev = false,
                                  .tokens = {},
                                  .keys = {hub_key},
                                  .subscribe_requires_token = closed,
                                  .issuer = "https://issuer.example",
                                  .hub = hub_url}) {}

  static http::Request request(std::string method, std::string query,
                               std::initializer_list<http::Field> fields) {
    http::Request made = get("/.well-known/mercure" + query, fields);
    made.method = std::move(method);
    made.scheme = "https";
    made.authority = "hub.example";
    return made;
  }
  FakeExchange subscribe(std::string query, std::initializer_list<http::Field> fields = {}) {
    return worker().ask(worker().hub.mercure(), request("GET", "?" + query, fields));
  }
  FakeExchange query(std::string query, std::string content,
                     std::initializer_list<http::Field> fields = {}) {
    return post("QUERY", query, std::move(content), fields);
  }
  FakeExchange publish_form(std::string form, const std::string& token,
                            std::initializer_list<http::Field> fields = {}) {
    http::Request made = request("POST", "", fields);
    if (!token.empty()) made.fields.add("authorization", "Bearer " + token);
    return send(std::move(made), std::move(form));
  }
  FakeExchange post(std::string method, const std::string& query, std::string content,
                    std::initializer_list<http::Field> fields) {
    return send(request(std::move(method), query, fields), std::move(content));
  }
  FakeExchange send(http::Request made, std::string content) {
    if (!made.fields.has("content-type")) {
      made.fields.add("content-type", "application/x-www-form-urlencoded");
    }
    http::Peer peer;
    peer.address = "192.0.2.1";
    peer.connection = 7;
    made.peer = &peer;
    FakeExchange fake;
    fake->content = std::move(content);
    worker().hub.mercure().handle(made, fake.exchange());
    for (auto& each : workers) each->loop.settle();
    return fake;
  }
};

inline json publisher(const json& topics) { return {{"mercure", {{"publish", topics}}}}; }
inline json subscriber(const json& topics) { return {{"mercure", {{"subscribe", topics}}}}; }
inline std::string token(const json& claims) { return sign_token(hub_key, claims); }
inline const std::string& anything() {
  static const std::string made = token(publisher({"*"}));
  return made;
}

// What is left of a stream behind its greeting and its first checkpoint.
inline std::string events_of(FakeExchange& stream) {
  std::string text = stream.read();
  if (text.starts_with(":ok")) text = behind_greeting(text);
  while (text.starts_with("id: ") && text.find("\n\n") == text.find('\n')) {
    text.erase(0, text.find("\n\n") + 2);
  }
  return text;
}

}  // namespace sse::testing
