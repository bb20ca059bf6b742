#include "sse/redis_link.h"

#include <algorithm>
#include <utility>

namespace sse {
namespace {

constexpr std::chrono::milliseconds shortest_pause{50};
constexpr std::chrono::milliseconds longest_pause{1000};

}  // namespace

RedisLink::RedisLink(net::Loop& loop, RedisClient::Options options, Owner& owner)
    : options_(std::move(options)),
      owner_(owner),
      commands_(*this, loop, options_),
      waiting_(*this, loop, options_),
      again_(loop, [this] { connect(); }),
      pause_(shortest_pause) {
  again_.start({});
}

void RedisLink::connect() {
  const RedisAddress::Place& place = options_.address.places[place_];
  commands_.client.connect(place);
  waiting_.client.connect(place);
}

void RedisLink::command(const std::vector<std::string>& words, RedisClient::Done done) {
  commands_.client.command(words, std::move(done));
}

void RedisLink::wait(const std::vector<std::string>& words, std::chrono::milliseconds at_most,
                     RedisClient::Done done) {
  waiting_.client.command(words, std::move(done), at_most);
}

void RedisLink::drop(const std::string& reason) { commands_.client.close(reason); }

void RedisLink::end_ready() {
  if (!commands_.client.ready() || !waiting_.client.ready()) return;
  commands_.client.command({"ROLE"}, [this](const RedisReply& reply) {
    if (reply.kind == RedisReply::Kind::lost) return;
    // Whoever may not ask is let be: the first publishing will tell.
    const bool replica = !reply.items.empty() && reply.items.front().text != "master";
    if (replica) return drop("it is a replica");
    ready_ = true;
    pause_ = shortest_pause;
    owner_.link_ready();
  });
}

void RedisLink::end_closed(RedisClient::Ending ending, const std::string& reason) {
  if (std::exchange(closing_, true)) return;
  ready_ = false;
  commands_.client.close(reason);
  waiting_.client.close(reason);
  closing_ = false;
  const std::string where = place();
  place_ = (place_ + 1) % options_.address.places.size();
  again_.start(jitter_.around(pause_, 0.25));
  pause_ = std::min(pause_ * 2, longest_pause);
  owner_.link_lost(ending, where + ": " + reason);
}

}  // namespace sse
