#include "prove/lines.h"

#include <exception>
#include <future>
#include <random>

namespace prove {
namespace {

using std::chrono::milliseconds;

// Little, so that a reader behind a silent line soon holds the server up.
constexpr int stalling_buffer = 4096;

}  // namespace

class Lines::Fits {
 public:
  Fits(net::Loop& loop, Relay& relay, unsigned seed)
      : relay_(relay), random_(seed), next_(loop, [this] { have_one(); }) {
    next_.start(between(500, 2000));
  }

 private:
  void have_one() {
    const milliseconds silence = between(1000, 8000);
    relay_.be_silent(silence, Relay::After::goes_on);
    next_.start(silence + between(500, 2000));
  }
  milliseconds between(int least_ms, int most_ms) {
    return milliseconds(std::uniform_int_distribution(least_ms, most_ms)(random_));
  }

  Relay& relay_;
  std::minstd_rand random_;
  net::Timer next_;
};

Lines::Lines() {
  thread_ = std::thread([this] { loop_.run(); });
}

Lines::~Lines() {
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

// Returns when it has been done.
void Lines::on_loop(const std::function<void()>& task) {
  std::promise<void> done;
  loop_.post([&] {
    try {
      task();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

Relay& Lines::add(std::uint16_t to) { return add(to, 0); }

Relay& Lines::add(std::uint16_t to, int receive_buffer) {
  on_loop([&] { relays_.push_back(std::make_unique<Relay>(loop_, to, receive_buffer)); });
  return *relays_.back();
}

Relay& Lines::add_stalling(std::uint16_t to, unsigned seed) {
  Relay& relay = add(to, stalling_buffer);
  on_loop([&] { fits_.push_back(std::make_unique<Fits>(loop_, relay, seed)); });
  return relay;
}

void Lines::be_silent(Relay& relay, milliseconds for_how_long, Relay::After after) {
  on_loop([&] { relay.be_silent(for_how_long, after); });
}

void Lines::calm_down() {
  on_loop([&] {
    fits_.clear();
    for (const auto& relay : relays_) relay->end_silence();
  });
}

}  // namespace prove
