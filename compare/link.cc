#include "compare/link.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "compare/flow.h"

namespace lab {
namespace {

// A SYN that is lost is sent again after this (RFC 6298 section 2.1).
constexpr std::chrono::seconds syn_timeout{1};
// Linux waits no less than this beyond the round trip before it takes a segment for lost.
constexpr std::chrono::milliseconds least_timeout{200};

constexpr std::size_t least_queue = 64 * 1024;

// Bytes that the rate carries in a round trip.
std::size_t held_by_delay(const Link::Options& options, double rate) {
  const double seconds = std::chrono::duration<double>(options.round_trip).count();
  return static_cast<std::size_t>(rate * 1e6 / 8 * seconds);
}

std::size_t queue_of(const Link::Options& options, double rate) {
  if (options.queue > 0) return options.queue;
  return std::max(held_by_delay(options, rate), least_queue);
}

Bottleneck::Options bottleneck_of(const Link::Options& options, double rate) {
  return {.rate = rate,
          .delay = options.round_trip / 2,
          .queue = queue_of(options, rate),
          .full = options.full,
          .loss = options.loss,
          .jitter = options.jitter};
}

CongestionWindow::Options window_of(const Link::Options& options, double rate) {
  const std::size_t filling =
      (held_by_delay(options, rate) + queue_of(options, rate)) / (Flow::segment + Flow::header);
  CongestionWindow::Options window;
  window.initial = options.initial_window;
  window.most =
      std::max(options.most_window > 0 ? options.most_window : filling, options.initial_window);
  if (options.idle_restart) window.idle = options.round_trip + least_timeout;
  return window;
}

}  // namespace

// Both directions between two ends. Lives until both ends are gone.
class Link::Stream {
 public:
  enum class Side { near, far };

  Stream(Link& link, Transport::User& near)
      : link_(link),
        near_(&near),
        up_(link.loop_, link.up_, link.options_.round_trip / 2,
            window_of(link.options_, link.options_.up), towards(far_, near_)),
        down_(link.loop_, link.down_, link.options_.round_trip / 2,
              window_of(link.options_, link.options_.down), towards(near_, far_)),
        syn_(link.loop_, [this] { accept(); }),
        syn_ack_(link.loop_, [this] {
          if (near_) near_->connected();
        }) {}

  void connect() { syn_.start(carried(link_.up_)); }
  bool gone() const { return ends_ == 0; }
  Flow& from(Side side) { return side == Side::near ? up_ : down_; }
  Traffic traffic() const {
    return {.up = up_.carried() + down_.acknowledged() + handshake_up_,
            .down = down_.carried() + up_.acknowledged() + handshake_down_};
  }
  void leave(Side side) {
    --ends_;
    (side == Side::near ? near_ : far_) = nullptr;
    if (side == Side::near) syn_.stop();
    from(side).finish();
    link_.reap_.schedule();
  }

 private:
  // What happens to bytes on their way from one user to the other, who may leave at any time.
  Flow::Listener towards(Transport::User*& to, Transport::User*& from) {
    return {.arrived =
                [&to](std::span<const std::byte> bytes) {
                  if (to) to->received(bytes);
                },
            .drained =
                [&from] {
                  if (from) from->drained();
                },
            .finished =
                [&to] {
                  if (to) to->closed("");
                }};
  }

  // How long a packet without content takes.
  net::Clock::duration carried(Bottleneck& bottleneck) {
    (&bottleneck == &link_.up_ ? handshake_up_ : handshake_down_) += Flow::header;
    auto at = link_.loop_.now();
    for (;;) {
      const Bottleneck::Passage passage = bottleneck.pass(Flow::header, at);
      if (!passage.lost) return passage.arrival - link_.loop_.now();
      at += syn_timeout;
    }
  }

  void accept();

  Link& link_;
  Transport::User* near_;
  Transport::User* far_ = nullptr;
  Flow up_;
  Flow down_;
  int ends_ = 1;
  std::uint64_t handshake_up_ = 0;
  std::uint64_t handshake_down_ = 0;
  net::Timer syn_;
  net::Timer syn_ack_;
};

class Link::End final : public Transport {
 public:
  End(Stream& stream, Stream::Side side) : stream_(stream), side_(side) {}
  ~End() override { stream_.leave(side_); }
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  void send(std::span<const std::byte> bytes) override { stream_.from(side_).send(bytes); }
  std::size_t unsent() const override { return stream_.from(side_).unsent(); }
  Traffic traffic() const override { return stream_.traffic(); }

 private:
  Stream& stream_;
  const Stream::Side side_;
};

void Link::Stream::accept() {
  ++ends_;
  far_ = &link_.listener_->accept(std::make_unique<End>(*this, Side::far));
  syn_ack_.start(carried(link_.down_));
}

Link::Link(net::Loop& loop, Options options, std::uint64_t seed)
    : loop_(loop),
      options_(options),
      up_(bottleneck_of(options, options.up), derived(seed, 0)),
      down_(bottleneck_of(options, options.down), derived(seed, 1)),
      reap_(loop,
            [this] { std::erase_if(streams_, [](const auto& one) { return one->gone(); }); }) {}

Link::~Link() = default;

std::unique_ptr<Transport> Link::dial(Transport::User& user) {
  streams_.push_back(std::make_unique<Stream>(*this, user));
  streams_.back()->connect();
  return std::make_unique<End>(*streams_.back(), Stream::Side::near);
}

}  // namespace lab
