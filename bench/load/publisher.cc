#include "bench/load/publisher.h"

#include <chrono>
#include <utility>

#include "bench/load/message.h"

namespace bench {

std::uint64_t nanoseconds_now() {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(net::Clock::now().time_since_epoch()).count());
}

// One POST under way; used again for a later one when it has been answered.
class Publisher::Post final : public Receiver {
 public:
  explicit Post(Publisher& home) : home_(home) {}
  void answered(int status) override {
    if (status / 100 != 2) ++home_.refused_;
  }
  void data(std::string_view) override {}
  void ended() override { home_.idle_.push_back(this); }

  std::string content;

 private:
  Publisher& home_;
};

Publisher::Publisher(net::Loop& loop, const Target& target, ClientTls& tls, Options options,
                     std::function<void()> ready, std::function<void(const std::string&)> broken)
    : options_(std::move(options)),
      ready_(std::move(ready)),
      broken_(std::move(broken)),
      connection_(loop, target, tls, 0, *this) {}

Publisher::~Publisher() = default;

void Publisher::opened(Connection&) { ready_(); }
void Publisher::failed(Connection&, const std::string& why) { broken_("the publisher: " + why); }

void Publisher::publish() {
  if (idle_.empty()) idle_.push_back(&posts_.emplace_back(*this));
  Post& post = *idle_.back();
  idle_.pop_back();
  post.content = options_.before +
                 message({.number = published_, .published = nanoseconds_now()}, options_.size) +
                 options_.after;
  ++published_;
  connection_.post(options_.path, options_.type, post.content, post);
}

}  // namespace bench
