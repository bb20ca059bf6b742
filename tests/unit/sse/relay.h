// Relay: a sequencer whose history, and what its archive remembers, a test makes up as it goes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tests/unit/sse/world.h"

namespace sse::testing {

inline EventRef event_of(std::string_view epoch, std::uint64_t seq) {
  return std::make_shared<const Event>(epoch, seq, draft("x"), std::chrono::system_clock::now());
}

struct Relay final : Sequencer, Archive {
  void publish(std::vector<Draft>, net::Loop&, std::function<void(const Published&)>) override {}
  void attach(Inbox& it) override { inbox = &it; }
  void detach(Inbox&, net::Loop&) override {}
  std::uint64_t newest() const override { return 0; }
  Archive* archive() override { return remembers ? this : nullptr; }
  void read(Range, net::Loop&, std::function<void(std::variant<Past, Refused>)> done) override {
    asked = std::move(done);
  }

  void give(std::string_view epoch, std::uint64_t seq) {
    const EventRef event = event_of(epoch, seq);
    inbox->deliver({&event, 1});
  }
  // To what the archive was asked last.
  void answer(Past past) { std::exchange(asked, nullptr)(std::move(past)); }

  bool remembers = false;
  Inbox* inbox = nullptr;
  std::function<void(std::variant<Past, Refused>)> asked;
};

}  // namespace sse::testing
