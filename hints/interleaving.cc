#include "hints/interleaving.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/http/headers.h"

namespace hints {
namespace {

constexpr std::size_t longest_head = std::size_t{16} * 1024;
constexpr std::size_t piece = 1024;  // the head ends within one; the rest of it goes with the head
constexpr std::string_view end_of_head = "</head";

}  // namespace

// ----------------------------------------------------------------------------------- the pushes

Interleaving::Awaited::Awaited(Interleaving& home, std::uint64_t connection,
                               std::vector<std::string> targets)
    : home_(home), connection_(connection), targets_(std::move(targets)) {
  if (Awaited* before = std::exchange(home_.awaited_[connection_], this)) before->give_up();
}

Interleaving::Awaited::~Awaited() {
  const auto own = home_.awaited_.find(connection_);
  if (own != home_.awaited_.end() && own->second == this) home_.awaited_.erase(own);
}

void Interleaving::Awaited::ended(std::string_view target) {
  if (std::erase(targets_, target) > 0 && targets_.empty()) give_up();
}

void Interleaving::Awaited::give_up() {
  targets_.clear();
  if (const auto then = std::exchange(then_, nullptr)) then();
}

// ------------------------------------------------------------------------------------- the page

class Interleaving::HeldBody final : public http::Body {
 public:
  enum class Coding { identity, other };

  HeldBody(net::Loop& loop, const Options& options, std::unique_ptr<http::Body> page, Coding coding,
           std::unique_ptr<Awaited> pushes)
      : options_(options),
        page_(std::move(page)),
        coding_(coding),
        pushes_(std::move(pushes)),
        go_on_(loop, [this] { wake(); }),
        deadline_(loop, [this] { pushes_->give_up(); }) {
    pushes_->when_over([this] {
      deadline_.stop();
      go_on_.schedule();
    });
  }

  std::optional<std::uint64_t> length() const override { return page_->length(); }
  http::Headers trailers() override { return page_->trailers(); }

  http::Read read(std::span<std::byte> into, http::Waker& later) override {
    if (pushes_->over()) return page_->read(into, later);
    if (!head_gone_) return read_head(into, later);
    if (!deadline_.armed()) deadline_.start(options_.longest_wait);
    waiting_ = &later;
    return {0, false};
  }

 private:
  http::Read read_head(std::span<std::byte> into, http::Waker& later) {
    const http::Read got = page_->read(into.first(std::min(into.size(), piece)), later);
    given_ += got.bytes;
    if (coding_ == Coding::other) {
      head_gone_ = given_ >= options_.head_bytes;
      return got;
    }
    seen_.append(reinterpret_cast<const char*>(into.data()), got.bytes);
    head_gone_ = seen_.find(end_of_head) != std::string::npos || given_ >= longest_head;
    const std::size_t kept = std::min(seen_.size(), end_of_head.size());
    seen_.erase(0, seen_.size() - kept);
    return got;
  }

  void wake() {
    if (auto* waker = std::exchange(waiting_, nullptr)) waker->wake();
  }

  const Options& options_;
  std::unique_ptr<http::Body> page_;
  const Coding coding_;
  std::unique_ptr<Awaited> pushes_;
  std::string seen_;  // the end of what was given
  std::size_t given_ = 0;
  bool head_gone_ = false;
  http::Waker* waiting_ = nullptr;
  net::Later go_on_;
  net::Timer deadline_;
};

std::unique_ptr<Interleaving::Awaited> Interleaving::await(std::uint64_t connection,
                                                           std::vector<std::string> targets) {
  return std::make_unique<Awaited>(*this, connection, std::move(targets));
}

void Interleaving::hold(http::Response& response, std::unique_ptr<Awaited> pushes) {
  if (!response.body || pushes->over()) return;
  const std::string_view coding = response.field("content-encoding").value_or("identity");
  response.body = std::make_unique<HeldBody>(
      loop_, options_, std::move(response.body),
      coding == "identity" ? HeldBody::Coding::identity : HeldBody::Coding::other,
      std::move(pushes));
}

void Interleaving::ended(std::uint64_t connection, std::string_view target) {
  const auto found = awaited_.find(connection);
  if (found != awaited_.end()) found->second->ended(target);
}

}  // namespace hints
