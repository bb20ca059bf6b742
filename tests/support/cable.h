// Cable: a transport in memory with a fixed delay and no limit of rate, for tests on a manual loop.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compare/transport.h"
#include "server/net/loop.h"

namespace testing {

class Cable final : public lab::Dialer {
 public:
  // Is given the far end of each stream that is dialled; says who is told of what happens there.
  // That user must outlive the stream.
  using Accept = std::function<lab::Transport::User&(std::unique_ptr<lab::Transport>)>;

  Cable(net::Loop& loop, net::Clock::duration one_way, Accept accept)
      : path_(std::make_shared<Path>(Path{loop, one_way, {}})), accept_(std::move(accept)) {}

  std::unique_ptr<lab::Transport> dial(lab::Transport::User& user) override {
    auto near = std::make_unique<End>(path_);
    auto far = std::make_unique<End>(path_);
    near->user = &user;
    near->peer = far.get();
    far->peer = near.get();
    End* accepted = far.get();
    accepted->user = &accept_(std::move(far));
    near->after(2 * path_->one_way, [&user] { user.connected(); });
    accepted->after(path_->one_way, [accepted] { accepted->user->connected(); });
    ++dialled;
    return near;
  }

  // From now on all are told this instead of what arrives.
  void cut(std::string why) { path_->cut = std::move(why); }

  int dialled = 0;

 private:
  // Outlives the cable if an end does.
  struct Path {
    net::Loop& loop;
    const net::Clock::duration one_way;
    std::string cut;
  };

  // What arrives, with the time; in order, as the delay is fixed.
  class End final : public lab::Transport {
   public:
    explicit End(std::shared_ptr<Path> path)
        : path_(std::move(path)), timer_(path_->loop, [this] { run_due(); }) {}
    ~End() override {
      if (peer == nullptr) return;
      peer->peer = nullptr;
      peer->after(path_->one_way, [other = peer] { other->user->closed({}); });
    }

    void send(std::span<const std::byte> bytes) override {
      traffic_.up += bytes.size();
      if (peer == nullptr) return;
      std::vector<std::byte> copy(bytes.begin(), bytes.end());
      peer->after(path_->one_way, [other = peer, copy = std::move(copy)] {
        other->traffic_.down += copy.size();
        if (!other->path_->cut.empty()) return other->user->closed(other->path_->cut);
        other->user->received(copy);
      });
      after({}, [this] { user->drained(); });
    }
    std::size_t unsent() const override { return 0; }
    lab::Traffic traffic() const override { return traffic_; }

    void after(net::Clock::duration delay, std::function<void()> run) {
      const net::Clock::time_point due = path_->loop.now() + delay;
      auto place = due_.end();
      while (place != due_.begin() && std::prev(place)->at > due) --place;
      due_.insert(place, {due, std::move(run)});
      timer_.start(due_.front().at - path_->loop.now());
    }

    lab::Transport::User* user = nullptr;
    End* peer = nullptr;

   private:
    struct Due {
      net::Clock::time_point at;
      std::function<void()> run;
    };
    void run_due() {
      if (due_.empty()) return;
      const std::function<void()> run = std::move(due_.front().run);
      due_.pop_front();
      if (!due_.empty()) timer_.start(due_.front().at - path_->loop.now());
      run();
    }

    const std::shared_ptr<Path> path_;
    std::deque<Due> due_;
    net::Timer timer_;
    lab::Traffic traffic_;
  };

  const std::shared_ptr<Path> path_;
  Accept accept_;
};

}  // namespace testing
