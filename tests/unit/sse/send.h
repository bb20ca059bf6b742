// A POST to /send, as tests make it.
#pragma once

#include <string>
#include <utility>

#include "tests/unit/sse/world.h"

namespace sse::testing {

// `request`: its target and fields. Returns when it has been answered.
inline FakeExchange send(World& world, http::Request request, std::string type, std::string content,
                         std::string address = "127.0.0.1") {
  request.method = "POST";
  if (!type.empty()) request.fields.add("content-type", type);
  http::Peer peer;
  peer.address = std::move(address);
  request.peer = &peer;
  FakeExchange fake;
  fake->content = std::move(content);
  world.worker().hub.publish().handle(request, fake.exchange());
  world.loop().settle();
  return fake;
}

}  // namespace sse::testing
