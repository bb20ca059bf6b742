// Linked: a link with both users of a stream, for tests in virtual time: they note what arrives and
// when.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "compare/link.h"

namespace testing {

// One end of a stream.
struct LinkEnd final : lab::Transport::User {
  explicit LinkEnd(net::Loop& time) : loop(time), began(time.now()) {}

  net::Loop& loop;
  net::Clock::time_point began;
  std::unique_ptr<lab::Transport> transport;
  std::string heard;
  double open_at = -1;   // milliseconds, as all times here
  double heard_at = -1;  // the latest byte
  double drained_at = -1;
  double closed_at = -1;

  double now() const {
    return std::chrono::duration<double, std::milli>(loop.now() - began).count();
  }
  void say(std::size_t bytes) { transport->send(std::vector<std::byte>(bytes, std::byte{'x'})); }

  void connected() override { open_at = now(); }
  void received(std::span<const std::byte> bytes) override {
    heard.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    heard_at = now();
  }
  void drained() override { drained_at = now(); }
  void closed(const std::string&) override { closed_at = now(); }
};

// A link, and one stream over it.
struct Linked final : lab::Link::Listener {
  explicit Linked(lab::Link::Options options, std::uint64_t seed = 1) : link(loop, options, seed) {
    link.listen(*this);
  }

  net::Loop loop{net::Loop::Time::manual};
  lab::Link link;
  LinkEnd near{loop};
  LinkEnd far{loop};

  lab::Transport::User& accept(std::unique_ptr<lab::Transport> end) override {
    far.transport = std::move(end);
    far.open_at = far.now();
    return far;
  }
  void dial() { near.transport = link.dial(near); }
  void pass(double milliseconds) {
    loop.advance(std::chrono::nanoseconds(static_cast<std::int64_t>(milliseconds * 1e6)));
  }
  // The stream is open, all is quiet, and time counts from now.
  void connect() {
    dial();
    pass(10'000);
    near.began = far.began = loop.now();
  }
};

}  // namespace testing
